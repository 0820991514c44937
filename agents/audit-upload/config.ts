import { storeConfig } from '@howdah/objectstore/config';
import * as z from 'zod';

const directory = () => z.string().startsWith('/', 'an absolute path').max(4096);
const mebibyte = 1024 * 1024;

/** `audit-upload.yaml`. */
export const schema = z
  .strictObject({
    logDirectory: directory().describe('Directory of PostgreSQL’s csvlog files (log_directory).'),
    auditDirectory: directory()
      .optional()
      .describe(
        'Directory of pgauditlogtofile’s files, where that extension is used (pgaudit.log_directory).',
      ),
    prefix: z
      .string()
      .max(512)
      .regex(
        /^[\w.=-]+(\/[\w.=-]+)*$/,
        'letters, digits and ._=- in parts joined by /, e.g. `prod/cluster-1`',
      )
      .describe('Beginning of every key in the store.'),
    segment: z
      .strictObject({
        maxBytes: z
          .int()
          .min(1024)
          .max(1024 * mebibyte)
          .default(16 * mebibyte)
          .describe('A segment is sealed once it holds so many bytes of records, before compression.'),
        maxAgeSeconds: z
          .number()
          .min(1)
          .max(86_400)
          .default(300)
          .describe('A segment is sealed once its first record has waited so long.'),
      })
      .prefault({})
      .describe('When a segment is sealed, whichever comes first.'),
    backlog: z
      .strictObject({
        maxBytes: z
          .int()
          .min(mebibyte)
          .default(1024 * mebibyte)
          .describe(
            'While so many bytes wait for the store, no more records are taken from the log; nothing that waits is ever deleted.',
          ),
      })
      .prefault({})
      .describe('What may wait in the state directory while the store is away.'),
    store: storeConfig,
    pollSeconds: z
      .number()
      .min(0.1)
      .max(60)
      .default(1)
      .describe('How often the log is looked at for new records.'),
  })
  .superRefine((config, context) => {
    if (config.backlog.maxBytes < config.segment.maxBytes)
      context.addIssue({
        code: 'custom',
        path: ['backlog', 'maxBytes'],
        message: `at least segment.maxBytes (${config.segment.maxBytes}), else no segment is ever full`,
      });
    if (config.auditDirectory !== undefined && config.auditDirectory === config.logDirectory)
      context.addIssue({
        code: 'custom',
        path: ['auditDirectory'],
        message: 'another directory than logDirectory, whose files have another format',
      });
  });
export type Config = z.infer<typeof schema>;
