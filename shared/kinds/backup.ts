import * as z from 'zod';
import { exactlyOne, keyed, objectName, rules } from './parts.ts';

/** A Secret with keys, unless the pods have an identity of their own; then it may still hold an authority. */
const keysOrIdentity = rules({
  rule: 'has(self.credentialsSecret) || has(self.keyType)',
  message: 'credentialsSecret, or keyType where the pods have an identity of their own',
});

const s3 = z
  .strictObject({
    bucket: z.string().min(3).max(63).describe('Existing bucket.'),
    endpoint: z.string().min(1).max(253).describe('Host name of the store, without scheme.'),
    port: z.int().min(1).max(65_535).optional().describe('443 when absent.'),
    region: z.string().min(1).max(64).default('us-east-1').describe('Region; many stores ignore it.'),
    pathStyle: z.boolean().default(true).describe('Bucket in the path instead of the host name.'),
    credentialsSecret: objectName()
      .optional()
      .describe(
        'Secret with `access-key-id` and `secret-access-key`, and `ca.crt` where the store’s certificate needs it.',
      ),
    keyType: z
      .enum(['auto', 'web-id'])
      .optional()
      .describe(
        'Instead of keys: `auto` by the identity of the machine, `web-id` by a token that is projected into the pods.',
      ),
  })
  .meta(keysOrIdentity)
  .describe('Amazon S3 or a compatible store, with TLS.');

const azure = z
  .strictObject({
    container: z.string().min(3).max(63).describe('Existing container.'),
    endpoint: z
      .string()
      .min(1)
      .max(253)
      .default('blob.core.windows.net')
      .describe('Host name of the service.'),
    port: z.int().min(1).max(65_535).optional().describe('443 when absent.'),
    pathStyle: z.boolean().default(false).describe('Account in the path instead of the host name.'),
    credentialsSecret: objectName().describe(
      'Secret with `account-name` and either `account-key` or `sas-token`, and `ca.crt` where it is needed.',
    ),
    keyType: z
      .enum(['auto'])
      .optional()
      .describe('`auto`: instead of a key the machine’s identity; the Secret then has `account-name` alone.'),
  })
  .describe('Azure Blob Storage.');

const gcs = z
  .strictObject({
    bucket: z.string().min(3).max(222).describe('Existing bucket.'),
    endpoint: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('Host name of the service; Google’s when absent.'),
    port: z.int().min(1).max(65_535).optional().describe('Of `endpoint`; 443 when absent.'),
    credentialsSecret: objectName()
      .optional()
      .describe(
        'Secret with `key.json`, the key of a service account; `ca.crt` where the store’s certificate needs it.',
      ),
    keyType: z
      .enum(['auto'])
      .optional()
      .describe('`auto`: instead of a key the identity of the machine or the workload.'),
  })
  .meta(keysOrIdentity)
  .describe('Google Cloud Storage.');

const volume = z
  .strictObject({
    claimName: objectName().describe(
      'PersistentVolumeClaim, ReadWriteMany when there is more than one instance.',
    ),
  })
  .describe('A volume that all members mount.');

/** Days or numbers of backups, as pgBackRest counts them. */
const retention = z
  .strictObject({
    full: z
      .int()
      .min(1)
      .max(9_999_999)
      .optional()
      .describe('Full backups that stay, or days with `fullType: time`.'),
    fullType: z.enum(['count', 'time']).default('count').describe('What `full` counts.'),
    diff: z.int().min(1).max(9_999_999).optional().describe('Differential backups that stay.'),
    archive: z.int().min(1).max(9_999_999).optional().describe('Backups whose WAL stays.'),
    archiveType: z.enum(['full', 'diff', 'incr']).default('full').describe('Which backups `archive` counts.'),
  })
  .describe('How long backups stay; without it, forever.');

const repository = z
  .strictObject({
    name: z
      .string()
      .regex(/^repo[1-4]$/, 'repo1 to repo4')
      .max(5)
      .describe('pgBackRest’s name of it.'),
    path: z
      .string()
      .startsWith('/', 'an absolute path')
      .max(512)
      .optional()
      .describe('Path within the store; `/<namespace>/<cluster>` when absent.'),
    s3: s3.optional(),
    azure: azure.optional(),
    gcs: gcs.optional(),
    volume: volume.optional(),
    encryptionSecret: objectName()
      .optional()
      .describe('Secret with `passphrase`: everything in the repository is encrypted with it (AES-256).'),
    retention: retention
      .optional()
      .describe('How long backups stay in this repository, where it is not as in `spec.backup.retention`.'),
  })
  .meta(exactlyOne('s3', 'azure', 'gcs', 'volume'));
export type Repository = z.infer<typeof repository>;

/** What `spec.backup` has beside the agent’s own backup.yaml. */
export const ownBackup = {
  repositories: z
    .array(repository)
    .min(1)
    .max(4)
    .meta(keyed('name'))
    .optional()
    .describe('Where backups and WAL go. Without any there is no backup, which the status says.'),
  retention: retention.optional(),
} as const;
