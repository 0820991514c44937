import * as z from 'zod';

const absoluteFile = () => z.string().startsWith('/', 'an absolute path').max(4096);
const url = () =>
  z.url({ protocol: /^https?$/, error: 'an http or https URL' }).refine((text) => {
    const { username, password, search, hash } = new URL(text);
    return username === '' && password === '' && search === '' && hash === '';
  }, 'a URL without user, password, query or fragment: secrets come from files');
const caFile = () =>
  absoluteFile().optional().describe('PEM file of the authority that signed the store’s certificate');

const s3Keys = {
  endpoint: url().optional().describe('URL of an S3-compatible store; Amazon’s of the region when left out'),
  region: z.string().min(1).default('us-east-1').describe('Region; many other stores ignore it'),
  bucket: z.string().min(3).max(63).describe('Existing bucket'),
  pathStyle: z.boolean().default(true).describe('Bucket in the path instead of the host name'),
  accessKeyIdFile: absoluteFile().describe('File with the access key id'),
  secretAccessKeyFile: absoluteFile().describe('File with the secret access key'),
  caFile: caFile(),
};

export const s3Config = z.strictObject(s3Keys).describe('Amazon S3 or a compatible store');

/** Without keys the SDK looks for a workload’s identity, as pgBackRest does. */
const s3OfRepository = z
  .strictObject({
    ...s3Keys,
    accessKeyIdFile: absoluteFile()
      .optional()
      .describe('File with the access key id; none where the workload has an identity of its own'),
    secretAccessKeyFile: absoluteFile().optional().describe('File with the secret access key'),
  })
  .superRefine((s3, context) => {
    if ((s3.accessKeyIdFile === undefined) !== (s3.secretAccessKeyFile === undefined))
      context.addIssue({ code: 'custom', message: 'accessKeyIdFile and secretAccessKeyFile together' });
  })
  .describe('Amazon S3 or a compatible store');

const azureKeys = {
  endpoint: url().describe('Blob endpoint, e.g. https://account.blob.core.windows.net'),
  container: z.string().min(3).max(63).describe('Existing container'),
  accountName: z.string().min(3).max(24).optional().describe('Storage account; needed with accountKeyFile'),
  accountKeyFile: absoluteFile().optional().describe('File with the account’s key'),
  sasTokenFile: absoluteFile()
    .optional()
    .describe('File with a shared access signature: read, create, write and list'),
  caFile: caFile(),
};
const namesAccount = (azure: z.infer<z.ZodObject<typeof azureKeys>>, context: z.RefinementCtx): void => {
  if (azure.accountKeyFile !== undefined && azure.accountName === undefined)
    context.addIssue({ code: 'custom', path: ['accountName'], message: 'needed with accountKeyFile' });
};

export const azureConfig = z
  .strictObject(azureKeys)
  .superRefine((azure, context) => {
    if ((azure.accountKeyFile === undefined) === (azure.sasTokenFile === undefined))
      context.addIssue({ code: 'custom', message: 'exactly one of accountKeyFile and sasTokenFile' });
  })
  .superRefine(namesAccount)
  .describe('Azure Blob Storage');

/** One without either key is pgBackRest’s alone, by a workload’s identity: this adapter has none for Azure. */
const azureOfRepository = z
  .strictObject(azureKeys)
  .superRefine((azure, context) => {
    if (azure.accountKeyFile !== undefined && azure.sasTokenFile !== undefined)
      context.addIssue({ code: 'custom', message: 'one of accountKeyFile and sasTokenFile' });
  })
  .superRefine(namesAccount)
  .describe('Azure Blob Storage');

export const gcsConfig = z
  .strictObject({
    bucket: z.string().min(3).max(222).describe('Existing bucket'),
    endpoint: url().optional().describe('URL of the JSON API; Google’s when left out'),
    keyFile: absoluteFile()
      .optional()
      .describe(
        'File with a service account’s key (JSON); without it the metadata server of Google’s machines and of GKE’s workload identity gives tokens',
      ),
    caFile: caFile(),
  })
  .describe('Google Cloud Storage');

export const webConfig = z
  .strictObject({
    url: url().describe('URL below which objects are PUT and GET'),
    username: z.string().min(1).optional().describe('User for basic authentication'),
    passwordFile: absoluteFile().optional().describe('File with that user’s password'),
    bearerTokenFile: absoluteFile().optional().describe('File with a token sent as Authorization: Bearer'),
    caFile: caFile(),
  })
  .superRefine((web, context) => {
    if ((web.username === undefined) !== (web.passwordFile === undefined))
      context.addIssue({ code: 'custom', message: 'username and passwordFile together' });
    if (web.passwordFile !== undefined && web.bearerTokenFile !== undefined)
      context.addIssue({ code: 'custom', message: 'either passwordFile or bearerTokenFile' });
  })
  .describe('A web server that takes PUT and gives GET and HEAD');

export const volumeConfig = z
  .strictObject({
    directory: absoluteFile().describe('Existing directory on a file system that all members mount'),
    shared: z
      .boolean()
      .default(true)
      .describe(
        '`false`: each member has a directory of its own, a second copy that never decides what is due',
      ),
  })
  .describe('A directory');

/** A refinement: of the keys with these names exactly one has a value. */
export const exactlyOneOf =
  (...kinds: readonly string[]) =>
  (value: object, context: z.RefinementCtx): void => {
    const given = kinds.filter((kind) => (value as Readonly<Record<string, unknown>>)[kind] !== undefined);
    if (given.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `exactly one of ${kinds.join(', ')}${given.length > 1 ? `, not ${given.join(' and ')}` : ''}`,
      });
  };

/** One optional object per kind, of which exactly one is there: a shape that CRDs can express. */
export const storeConfig = z
  .strictObject({ s3: s3Config.optional(), azure: azureConfig.optional(), web: webConfig.optional() })
  .superRefine(exactlyOneOf('s3', 'azure', 'web'))
  .describe('Where segments go: exactly one of s3, azure, web');

/** The stores that pgBackRest can have a repository in, and that hold a journal beside it. */
export const repositoryStoreShape = {
  s3: s3OfRepository.optional(),
  azure: azureOfRepository.optional(),
  gcs: gcsConfig.optional(),
  volume: volumeConfig.optional(),
} as const;

export type S3Config = z.infer<typeof s3OfRepository>;
export type AzureConfig = z.infer<typeof azureConfig>;
export type GcsConfig = z.infer<typeof gcsConfig>;
export type WebConfig = z.infer<typeof webConfig>;
export type VolumeConfig = z.infer<typeof volumeConfig>;
export type StoreConfig = z.infer<typeof storeConfig>;
export interface RepositoryStoreConfig {
  readonly s3?: S3Config | undefined;
  readonly azure?: AzureConfig | undefined;
  readonly gcs?: GcsConfig | undefined;
  readonly volume?: Pick<VolumeConfig, 'directory'> | undefined;
}
