import * as z from 'zod';

const absolutePath = () =>
  z.string().startsWith('/', 'an absolute path').max(512).regex(/[^/]$/, 'no slash at its end');
const secretFile = () => z.string().startsWith('/', 'an absolute path').max(4_096);
/** pgBackRest takes no larger number. */
const count = (what: string) => z.int().min(1, what).max(9_999_999).optional();
const optionName = () => z.string().min(1).max(128);
const optionValue = () => z.string().min(1).max(4_096);

/** `pgbackrest.render` */
export const renderConfig = z.strictObject({
  directory: absolutePath().describe(
    'Directory for pgbackrest.conf and, below it, `conf.d/secrets.conf` with what is secret, so `conf.d` or the whole has to be in memory. archive_command and restore_command give it as `--config-path`; /etc/pgbackrest needs no saying.',
  ),
  dataDirectory: absolutePath().describe('PostgreSQL’s data directory: `pg1-path`.'),
  options: z
    .record(z.string().max(160), optionValue())
    .meta({ maxProperties: 256 })
    .default({})
    .describe(
      'Any other option of pgBackRest with its value as text, e.g. `process-max: "2"`; with a command before it for that command alone, e.g. `archive-push:compress-level: "1"`.',
    ),
  optionLists: z
    .record(z.string().max(160), z.array(optionValue()).min(1).max(256))
    .meta({ maxProperties: 64 })
    .default({})
    .describe('The same for options that may be given several times, e.g. `exclude: [junk/, tmp/]`.'),
  secretOptions: z
    .array(
      z.strictObject({
        option: optionName().describe('Name of the option, e.g. `repo1-s3-token`.'),
        valueFile: secretFile().describe('File with its value.'),
      }),
    )
    .max(64)
    .default([])
    .describe('Further options whose values are secret.'),
});

/** What an entry of `repositories:` says beside where it lies. */
export const renderedRepositoryShape = {
  keyType: z
    .enum(['auto', 'web-id', 'token'])
    .optional()
    .describe(
      '`repoN-…-key-type` where no key is in a file: `auto` by the instance’s or the workload’s identity (s3, azure, gcs), `web-id` by a projected token (s3). `token`: `keyFile` holds a token (gcs, for tests).',
    ),
  encryption: z
    .strictObject({
      passphraseFile: secretFile().describe(
        'File with the passphrase. It cannot be changed once the stanza is there, and nothing can be restored without it.',
      ),
    })
    .optional()
    .describe('The repository is encrypted by pgBackRest (aes-256-cbc). Read with `pgbackrest.render` only.'),
  retention: z
    .strictObject({
      full: count('at least 1: with fewer the only full backup would go').describe(
        'How many full backups stay, or of how many days; none ever goes without it.',
      ),
      fullType: z
        .enum(['count', 'time'])
        .default('count')
        .describe('`time`: `full` is in days, and a full backup stays until the next one is as old as that.'),
      diff: count('at least 1').describe('How many differential backups stay.'),
      archive: count('at least 1').describe(
        'Of how many backups of type `archiveType` all WAL stays. Of older ones goes what is not needed to restore to their own end: they can be restored to no later time. As long as the backups when absent.',
      ),
      archiveType: z
        .enum(['full', 'diff', 'incr'])
        .default('full')
        .describe('Which backups `archive` counts.'),
    })
    .optional()
    .describe('What pgBackRest keeps, applied after each backup. Read with `pgbackrest.render` only.'),
} as const;
