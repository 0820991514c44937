import { dirname, normalize } from 'node:path';
import * as z from 'zod';

const absolutePath = z.string().startsWith('/', 'an absolute path').max(4096);

const sink = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lower-case letters, digits and dashes, at most 32')
    .describe('Names the sink in metrics and status, and in the checkpoint.'),
  stdout: z.strictObject({}).optional().describe('JSON lines on standard output, at least once.'),
  file: z
    .strictObject({
      path: absolutePath.describe('The file; only this agent may write there.'),
      maxBytes: z
        .int()
        .min(1024 * 1024)
        .max(1024 ** 4)
        .default(64 * 1024 * 1024)
        .describe('From this size on the file becomes `<path>.1`, and a new one is begun.'),
      keep: z.int().min(1).max(100).default(1).describe('How many of `<path>.1`, `<path>.2` … stay.'),
    })
    .optional()
    .describe('JSON lines in a file, each record exactly once.'),
});

/** `logship.yaml`. */
export const schema = z
  .strictObject({
    logDirectory: absolutePath.describe('PostgreSQL’s log_directory; its `*.csv` are followed.'),
    sinks: z
      .array(sink)
      .min(1)
      .max(8)
      .describe('Where records go; a record has left when every sink has it.'),
    pollSeconds: z
      .number()
      .min(0.05)
      .max(60)
      .default(1)
      .describe('How often the log directory is looked at.'),
    checkpointIntervalSeconds: z
      .number()
      .min(0.05)
      .max(60)
      .default(1)
      .describe('While records come, counts and positions are made durable and exported so often.'),
    maxRecordBytes: z
      .int()
      .min(4096)
      .max(16 * 1024 * 1024)
      .default(1024 * 1024)
      .describe('What is kept of one record; a larger one is shipped cut, and says by how much.'),
    maxFileSeries: z
      .int()
      .min(1)
      .max(512)
      .default(64)
      .describe('Log files that `postgres_severity` keeps apart.'),
  })
  .superRefine((config, context) => {
    const ids = new Set<string>();
    const paths = new Set<string>();
    for (const [index, { id, stdout, file }] of config.sinks.entries()) {
      const wrong = (key: string, message: string) =>
        context.addIssue({
          code: 'custom',
          path: ['sinks', index, ...(key === '' ? [] : key.split('.'))],
          message,
        });
      if (ids.has(id)) wrong('id', 'an id that no other sink has');
      ids.add(id);
      if ((stdout === undefined) === (file === undefined)) wrong('', 'one of `stdout`, `file`');
      if (file === undefined) continue;
      const path = normalize(file.path);
      if (paths.has(path)) wrong('file.path', 'a file that no other sink writes');
      paths.add(path);
      if (dirname(path) === normalize(config.logDirectory).replace(/\/$/, '') && path.endsWith('.csv')) {
        wrong('file.path', 'a file that is not itself followed (a `.csv` in logDirectory is)');
      }
    }
  });
export type Config = z.infer<typeof schema>;
