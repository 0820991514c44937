import * as z from 'zod';
import { clusterName } from './access.ts';
import { rules } from './parts.ts';

export const backupSpec = z
  .strictObject({
    cluster: clusterName().describe('The PostgresCluster, in the same namespace.'),
    type: z.enum(['full', 'diff', 'incr']).default('full').describe('pgBackRest’s type of backup.'),
    repository: z
      .string()
      .regex(/^repo[1-4]$/, 'repo1 to repo4')
      .max(5)
      .default('repo1')
      .describe('The repository of the cluster that gets it.'),
  })
  .meta(rules({ rule: 'self == oldSelf', message: 'a backup is taken once: make a new one' }))
  .describe('A backup that is to be taken, once.');

export const backupStatusOfRequest = z
  .object({
    phase: z
      .enum(['Pending', 'Running', 'Done', 'Failed'])
      .optional()
      .describe(
        'Done is what the repository shows. Pending is also what failed and is tried again; Failed what nobody tries any more.',
      ),
    message: z.string().max(4_096).optional().describe('In words.'),
    member: z.string().max(253).optional().describe('Who takes it.'),
    label: z.string().max(128).optional().describe('Of the backup that satisfies it.'),
    repositoryBytes: z.int().optional().describe('What it added to the repository.'),
    startedAt: z.iso.datetime().max(40).optional().describe('When the backup began.'),
    endedAt: z.iso.datetime().max(40).optional().describe('When it ended.'),
  })
  .describe('What came of it, by the repository.');
export type RequestStatus = z.infer<typeof backupStatusOfRequest>;

export const postgresBackup = z.object({
  apiVersion: z.literal('howdah.dev/v1alpha1'),
  kind: z.literal('PostgresBackup'),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    creationTimestamp: z.string(),
  }),
  spec: backupSpec,
  status: backupStatusOfRequest.default({}).catch({}),
});
export type PostgresBackup = z.infer<typeof postgresBackup>;
