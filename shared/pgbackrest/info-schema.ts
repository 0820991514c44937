import * as z from 'zod';

/**
 * `pgbackrest info --output=json`, only the fields used.
 * Described in https://pgbackrest.org/command.html#command-info ; recorded answers are in testdata/.
 */
const code = z.int().nonnegative();
const status = z.object({ code, message: z.string() });
const database = z.object({ id: z.int(), 'repo-key': z.int().positive() });

const backup = z.object({
  annotation: z.record(z.string(), z.string()).nullish(),
  /** Null for a backup taken offline. */
  archive: z.object({ start: z.string().nullable(), stop: z.string().nullable() }).nullish(),
  backrest: z.object({ version: z.string() }),
  database,
  error: z.boolean().nullish(),
  info: z.object({
    /** Bytes of the database that had to be copied. */
    delta: z.int().nonnegative(),
    size: z.int().nonnegative(),
    repository: z.object({
      delta: z.int().nonnegative(),
      /** Absent from 2.49 on for a backup with block incremental. */
      size: z.int().nonnegative().nullish(),
      'delta-map': z.int().nonnegative().nullish(),
      'size-map': z.int().nonnegative().nullish(),
    }),
  }),
  label: z.string(),
  lsn: z.object({ start: z.string().nullable(), stop: z.string().nullable() }).nullish(),
  prior: z.string().nullish(),
  reference: z.array(z.string()).nullish(),
  /** Seconds since 1970. */
  timestamp: z.object({ start: z.int(), stop: z.int() }),
  type: z.enum(['full', 'diff', 'incr']),
});

const running = z.object({
  held: z.boolean(),
  size: z.int().nonnegative().nullish(),
  'size-cplt': z.int().nonnegative().nullish(),
});

export const stanzaAnswer = z.object({
  name: z.string(),
  archive: z.array(
    z.object({ database, id: z.string(), max: z.string().nullable(), min: z.string().nullable() }),
  ),
  backup: z.array(backup),
  db: z.array(
    z.object({
      id: z.int(),
      'repo-key': z.int().positive(),
      /** Of 64 bits, more than a number holds: made a text before the answer is parsed. */
      'system-id': z.string().regex(/^\d+$/).nullish(),
      version: z.string(),
    }),
  ),
  repo: z.array(z.object({ key: z.int().positive(), cipher: z.string(), status })).default([]),
  status: z.object({
    code,
    message: z.string(),
    lock: z.object({ backup: running, restore: running.optional() }),
  }),
});
export type StanzaAnswer = z.infer<typeof stanzaAnswer>;

export const infoAnswer = z.array(stanzaAnswer);
