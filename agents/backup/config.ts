import { patroniConfig } from '@howdah/patroni/config';
import { postgresConfig } from '@howdah/postgres/config';
import * as z from 'zod';
import { request, schedule, verify } from './config/due.ts';
import { hooks } from './config/hooks.ts';
import { seconds } from './config/parts.ts';
import { pgbackrest, repository } from './config/pgbackrest.ts';
import { hasItsShape } from './config/shape.ts';
import { initialId } from './model.ts';
import { renderingProblems } from './render/problems.ts';

/** backup.yaml */
export const schema = z
  .strictObject({
    stanza: z.string().min(1).max(128).describe('pgBackRest’s stanza.'),
    stanzaUpgradeFrom: z
      .string()
      .regex(/^\d{1,20}$/, 'a system identifier, in digits')
      .optional()
      .describe(
        'The system identifier that this cluster had before its major upgrade: a stanza of that one, and of an older version, is upgraded, once. `/status` names it.',
      ),
    role: z
      .strictObject({
        source: z
          .enum(['patroni', 'postgres'])
          .default('patroni')
          .describe('Who says whether this member is the primary; `postgres` where there is no Patroni.'),
        standbyLeaderBacksUp: z
          .boolean()
          .default(false)
          .describe(
            'Lets the leader of a standby cluster take backups. pgBackRest takes none of a standby without the primary: pgbackrest.conf has to name that one too, as another `pgN-host` with its `pgN-path`.',
          ),
      })
      .prefault({})
      .describe('How this member’s role is known.'),
    patroni: patroniConfig()
      .optional()
      .describe('Patroni’s REST API on this member; required unless `role.source` is postgres.'),
    postgres: postgresConfig({ user: 'howdah_backup' })
      .prefault({})
      .describe('Where the archive’s state and, while Patroni is silent, the role are asked.'),
    pgbackrest: pgbackrest.prefault({}).describe('How pgBackRest is run.'),
    repositories: z
      .array(repository)
      .max(256)
      .default([])
      .describe(
        'Where pgBackRest’s repositories lie, as pgbackrest.conf has it: beside the stanza the members keep a journal of runs, by which one alone takes a backup. Of a repository that is not named here Patroni’s lock alone decides who takes it.',
      ),
    archiveIntervalSeconds: seconds(1, 3_600, 15).describe(
      'How often the primary is asked how much WAL is not archived, and pg_wal is looked into; a short connection each time.',
    ),
    initialBackup: z
      .boolean()
      .default(true)
      .describe('A repository without any full backup gets one at once; an incr would become one anyway.'),
    retry: z
      .strictObject({
        initialSeconds: seconds(1, 3_600, 30).describe('Wait after the first failure; doubles with each.'),
        maxSeconds: seconds(1, 86_400, 1_800).describe('Longest wait.'),
      })
      .prefault({})
      .describe('When a failed backup is tried again.'),
    whenFull: z
      .enum(['fail', 'expire-first'])
      .default('fail')
      .describe(
        'What is done where the volume of a repository has less room than the last backups of the type took. `fail`: the backup is not begun. `expire-first`: what retention no longer keeps goes, then it is looked once more.',
      ),
    schedules: z.array(schedule).max(1_000).describe('Which backup is due when.'),
    verify: verify
      .optional()
      .describe(
        'When the primary has pgBackRest read all that the repositories hold and compare its checksums; never when absent.',
      ),
    hooks: z
      .strictObject({
        before: hooks().describe(
          'Run one after the other before each backup, once it is claimed; when one fails there is no backup.',
        ),
        after: hooks().describe(
          'Run one after the other behind each backup, whatever came of it or of the hooks before.',
        ),
      })
      .prefault({})
      .describe(
        'Programs that are run around each backup; their environment says which one, and behind it the outcome.',
      ),
    requests: z
      .array(request)
      .max(100)
      .default([])
      .describe('Backups and expirations that somebody asked for, each done once.'),
  })
  .superRefine(
    (config, context) => {
      if (config.role.source === 'patroni' && config.patroni === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['patroni'],
          message:
            'patroni.url, e.g. http://127.0.0.1:8008; or role.source: postgres where there is no Patroni',
        });
      }
      config.repositories.forEach(({ repo }, index) => {
        if (config.repositories.findIndex((other) => other.repo === repo) !== index)
          context.addIssue({
            code: 'custom',
            path: ['repositories', index, 'repo'],
            message: 'a number that no other repository has',
          });
      });
      for (const problem of renderingProblems(config)) context.addIssue({ code: 'custom', ...problem });
      const copies = config.repositories.flatMap(({ repo, volume }) =>
        volume?.shared === false ? [repo] : [],
      );
      for (const list of ['schedules', 'requests'] as const)
        config[list].forEach(({ repos }, index) => {
          if (repos.every((repo) => copies.includes(repo)))
            context.addIssue({
              code: 'custom',
              path: [list, index, 'repos'],
              message:
                'a repository that all members see besides: one of shared: false never decides what is due',
            });
        });
      config.requests.forEach(({ id }, index) => {
        if (config.requests.findIndex((other) => other.id === id) !== index)
          context.addIssue({
            code: 'custom',
            path: ['requests', index, 'id'],
            message: 'an id that no other request has',
          });
      });
      config.schedules.forEach(({ id }, index) => {
        const path = ['schedules', index, 'id'];
        if (config.schedules.findIndex((other) => other.id === id) !== index) {
          context.addIssue({ code: 'custom', path, message: 'an id that no other schedule has' });
        }
        if (id === initialId) {
          context.addIssue({
            code: 'custom',
            path,
            message: `another id; ${initialId} means the first backup`,
          });
        }
      });
    },
    { when: hasItsShape },
  );
export type Config = z.infer<typeof schema>;
