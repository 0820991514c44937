import { exactlyOneOf, repositoryStoreShape } from '@howdah/objectstore/config';
import { patroniConfig } from '@howdah/patroni/config';
import { postgresConfig } from '@howdah/postgres/config';
import { cronProblem } from '@howdah/schedule/due-times';
import { isTimeZone } from '@howdah/schedule/zone';
import * as z from 'zod';
import { hasItsShape } from './config-shape.ts';
import { initialId } from './model.ts';
import { renderConfig, renderedRepositoryShape } from './render/config.ts';
import { keyProblems, renderingProblems } from './render/problems.ts';

const seconds = (smallest: number, largest: number, otherwise: number) =>
  z.int().min(smallest).max(largest).default(otherwise);

const pgbackrest = z.strictObject({
  binary: z.string().min(1).default('pgbackrest').describe('Name or path of the program.'),
  configFile: z
    .string()
    .startsWith('/', 'an absolute path')
    .max(4096)
    .optional()
    .describe(
      'pgBackRest’s configuration that somebody else writes, the same that archive_command uses; its own default when absent.',
    ),
  render: renderConfig
    .optional()
    .describe(
      'The agent writes pgbackrest.conf, of this, `postgres` and `repositories`, for archive_command too.',
    ),
  infoIntervalSeconds: seconds(5, 3_600, 60).describe('How often `pgbackrest info` is asked.'),
  timeoutSeconds: seconds(5, 600, 30).describe(
    'How long `info`, `version` and each look into an archive may take.',
  ),
  stanzaTimeoutSeconds: seconds(10, 3_600, 120).describe(
    'How long `stanza-create`, `stanza-upgrade` and `check` may take.',
  ),
  backupTimeoutSeconds: seconds(60, 604_800, 86_400).describe(
    'How long one backup may take before it is stopped and counts as failed.',
  ),
  expireTimeoutSeconds: seconds(10, 86_400, 600).describe(
    'How long an expiration that was asked for may take in one repository; no backup is taken meanwhile.',
  ),
  stopGraceSeconds: seconds(1, 15, 10).describe(
    'How long pgBackRest has to end after SIGTERM before it is killed.',
  ),
});

const repository = z
  .strictObject({
    repo: z.int().min(1).max(256).describe('pgBackRest’s number of it.'),
    path: z
      .string()
      .startsWith('/', 'an absolute path')
      .max(512)
      .optional()
      .describe('`repoN-path` within an object store; a volume’s is its directory.'),
    ...repositoryStoreShape,
    ...renderedRepositoryShape,
  })
  .superRefine(exactlyOneOf(...Object.keys(repositoryStoreShape)))
  .superRefine((entry, context) => {
    for (const problem of keyProblems(entry)) context.addIssue({ code: 'custom', ...problem });
  })
  .superRefine(({ path, volume }, context) => {
    if ((path === undefined) === (volume === undefined))
      context.addIssue({
        code: 'custom',
        path: ['path'],
        message:
          volume === undefined ? 'repoN-path within the store' : 'no path: the volume’s directory is it',
      });
  });

const missed = z.strictObject({
  policy: z
    .enum(['run-once', 'skip'])
    .default('run-once')
    .describe(
      '`run-once`: a due time without backup is made up, once. `skip`: started within ten minutes or not at all.',
    ),
  withinHours: z
    .number()
    .min(1)
    .max(8_760)
    .default(168)
    .describe(
      'How old a due time may be to be made up: a week brings back what a long weekend without power took, and does not start last month’s full because a schedule was written today.',
    ),
});

const id = () =>
  z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'small letters, digits and hyphens, at most 63');
const repos = () =>
  z
    .array(z.int().min(1).max(256))
    .min(1)
    .max(256)
    .refine((list) => new Set(list).size === list.length, 'each repository once')
    .default([1]);
const type = () => z.enum(['full', 'diff', 'incr']).describe('pgBackRest’s type of backup.');

const request = z.strictObject({
  id: id().describe('Name of the request, unique in this file; stands in the backup’s annotations.'),
  type: z
    .enum(['full', 'diff', 'incr', 'expire'])
    .describe('pgBackRest’s type of backup; or `expire`: what retention no longer keeps goes, now.'),
  repos: repos().describe('Numbers of the repositories that get the backup, or are expired.'),
  at: z.iso
    .datetime({ offset: true })
    .describe(
      'When it was asked for, e.g. 2026-03-01T09:30:00Z. It is done once, by whoever is primary: a backup of this type or larger that was started since satisfies it; an expiration is tried once.',
    ),
  withinHours: z
    .number()
    .min(0.1)
    .max(168)
    .default(24)
    .describe('How long after `at` it may still be begun; later it means nothing any more.'),
  attempts: z.int().min(1).max(100).default(3).describe('How many may fail before it is given up.'),
});

const hooks = () =>
  z
    .array(
      z.strictObject({
        command: z
          .array(z.string().max(4_096))
          .min(1)
          .max(64)
          .refine(([program]) => program?.startsWith('/') === true, 'the absolute path of a program first')
          .refine((words) => !words.some((word) => word.includes('\0')), 'no NUL, which no argument can hold')
          .describe(
            'The program, which has to be executable in the agent’s container, and its arguments; no shell reads them.',
          ),
        timeoutSeconds: seconds(1, 3_600, 60).describe(
          'How long it may take before it is stopped and counts as failed.',
        ),
      }),
    )
    .max(8)
    .default([]);

const cron = () =>
  z.string().superRefine((text, context) => {
    const problem = cronProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
const timeZone = () =>
  z
    .string()
    .refine(isTimeZone, 'a name of the IANA time zone database, e.g. Europe/Berlin or UTC')
    .default('UTC')
    .describe('IANA time zone in which `cron` is meant.');

/** Half a day reads 4 TiB at 100 MiB/s. */
export const defaultVerifySeconds = 43_200;

const verify = z.strictObject({
  cron: cron().describe('Five cron fields on the clocks of `timeZone`, as for a backup.'),
  timeZone: timeZone(),
  repos: repos().describe('Numbers of the repositories that are verified, one after the other.'),
  timeoutSeconds: seconds(60, 604_800, defaultVerifySeconds).describe(
    'How long one repository may take before its verify is stopped; it came to no verdict then.',
  ),
});

const schedule = z.strictObject({
  id: id().describe(
    'Name of the schedule, unique in this file; stands in metrics and in the backup’s annotations.',
  ),
  type: type(),
  cron: cron().describe(
    'Five cron fields on the clocks of `timeZone`; day-of-month or day-of-week where both are given.',
  ),
  timeZone: timeZone(),
  repos: repos().describe('Numbers of pgBackRest’s repositories that get the backup, one after the other.'),
  missed: missed.prefault({}).describe('What happens to a due time at which no backup was taken.'),
});

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
