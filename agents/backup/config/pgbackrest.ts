import { exactlyOneOf, repositoryStoreShape } from '@howdah/objectstore/config';
import * as z from 'zod';
import { renderConfig, renderedRepositoryShape } from '../render/config.ts';
import { keyProblems } from '../render/problems.ts';
import { seconds } from './parts.ts';

export const pgbackrest = z.strictObject({
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

export const repository = z
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
