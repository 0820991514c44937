import * as z from 'zod';
import { clusterName } from './access.ts';
import { rules } from './parts.ts';

export const actionTypes = ['restart', 'reload', 'switchover', 'failover', 'reinitialize', 'expire'] as const;

const fixed = rules({ rule: 'self == oldSelf', message: 'an action is done once: make a new one' });

export const actionSpec = z
  .strictObject({
    cluster: clusterName().describe('The PostgresCluster, in the same namespace.'),
    type: z
      .enum(actionTypes)
      .describe(
        '`restart`: of `member`; without one of all, and whatever waits for new pods gets them, the primary last. `reload`: its configuration. `switchover`: to `candidate`, or the best replica. `failover`: to `candidate`, also where the primary is gone. `reinitialize`: `member` gets its data anew. `expire`: what retention no longer keeps goes from the repositories.',
      ),
    member: z.string().max(63).optional().describe('Whom it is about.'),
    candidate: z.string().max(63).optional().describe('Who is to become primary.'),
  })
  .meta({
    'x-kubernetes-validations': [
      ...fixed['x-kubernetes-validations'],
      {
        rule: "self.type != 'reinitialize' || has(self.member)",
        message: 'reinitialize needs a member',
      },
      { rule: "self.type != 'failover' || has(self.candidate)", message: 'failover needs a candidate' },
      {
        rule: "!has(self.member) || self.type != 'expire'",
        message: 'expire is about the repositories, and no member',
      },
      {
        rule: "!has(self.candidate) || self.type in ['switchover', 'failover']",
        message: 'candidate is for switchover and failover',
      },
    ],
  })
  .describe('What is to be done, once.');
export type ActionSpec = z.infer<typeof actionSpec>;

export const actionStatus = z
  .object({
    phase: z
      .enum(['Running', 'Done', 'Failed', 'Refused'])
      .optional()
      .describe(
        'How it goes: it is refused where it would be unsafe, and fails where Patroni, or pgBackRest, does not do it.',
      ),
    message: z.string().max(4_096).optional().describe('In words.'),
    before: z
      .record(z.string().max(63), z.string().max(64))
      .optional()
      .describe('When PostgreSQL of each member had been started before a restart.'),
    startedAt: z.iso.datetime().max(40).optional().describe('When it began.'),
    waitedUntil: z.iso
      .datetime()
      .max(40)
      .optional()
      .describe('When the backup that an expiration waited for was no longer seen to run.'),
    endedAt: z.iso.datetime().max(40).optional().describe('When it ended.'),
  })
  .describe('How it went.');
export type ActionStatus = z.infer<typeof actionStatus>;

export const postgresAction = z.object({
  apiVersion: z.literal('howdah.dev/v1alpha1'),
  kind: z.literal('PostgresAction'),
  metadata: z.looseObject({ name: z.string(), namespace: z.string(), uid: z.string() }),
  spec: actionSpec,
  status: actionStatus.default({}).catch({}),
});
export type PostgresAction = z.infer<typeof postgresAction>;
