import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { HowdahError } from '@howdah/core/errors';
import { partsOf, sizeOf, wholeBody } from './body.ts';
import { storeFailure } from './classify.ts';
import type { S3Config } from './config.ts';
import { type StoreDeadlines, transferDeadlineMs, withDeadline } from './deadline.ts';
import { describeStore } from './describe-store.ts';
import { guardedBody } from './guarded-body.ts';
import type { ErasableStore, ObjectBody, PutOptions, PutOutcome, SecretReader } from './store.ts';

/** The smallest that S3 takes for a part, and so the least memory that a large upload needs. */
const partBytes = 5 * 1024 * 1024;

/** Without keys the SDK finds those of the workload by itself: a projected token, or the instance’s role. */
const credentialsOf = (
  { accessKeyIdFile, secretAccessKeyFile }: S3Config,
  readSecret: SecretReader,
): Pick<S3ClientConfig, 'credentials'> =>
  accessKeyIdFile === undefined || secretAccessKeyFile === undefined
    ? {}
    : {
        // Expiring at once makes the SDK ask for each request, so a rotated secret is seen.
        credentials: async () => ({
          accessKeyId: await readSecret(accessKeyIdFile),
          secretAccessKey: await readSecret(secretAccessKeyFile),
          expiration: new Date(0),
        }),
      };

export const createS3Store = async (
  config: S3Config,
  readSecret: SecretReader,
  deadlines: StoreDeadlines,
): Promise<ErasableStore> => {
  const { kind, location } = describeStore({ s3: config });
  const ca = config.caFile === undefined ? undefined : await readFile(config.caFile);
  const client = new S3Client({
    region: config.region,
    forcePathStyle: config.pathStyle,
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    ...credentialsOf(config, readSecret),
    // Tries are counted, delayed and told by the caller.
    maxAttempts: 1,
    requestHandler: {
      httpAgent: new HttpAgent({ keepAlive: true, maxSockets: 2 }),
      httpsAgent: new HttpsAgent({ keepAlive: true, maxSockets: 2, ...(ca === undefined ? {} : { ca }) }),
    },
    // Stores other than Amazon's stumble over checksums nobody asked for; ours are given where they count.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const address = (key: string) => ({ Bucket: config.bucket, Key: key });

  const putWhole = async (key: string, body: ObjectBody, options: PutOptions, abortSignal: AbortSignal) => {
    const bytes = await wholeBody(body, options.sha256);
    await client.send(
      new PutObjectCommand({
        ...address(key),
        Body: bytes,
        ContentLength: bytes.length,
        ContentType: options.contentType,
        ChecksumSHA256: Buffer.from(options.sha256, 'hex').toString('base64'),
        ...(options.createOnly ? { IfNoneMatch: '*' } : {}),
      }),
      { abortSignal },
    );
  };

  const putParts = async (key: string, body: ObjectBody, options: PutOptions, abortSignal: AbortSignal) => {
    const upload = new Upload({
      client,
      partSize: partBytes,
      queueSize: 1,
      params: {
        ...address(key),
        Body: Readable.from(partsOf(body, options.sha256, partBytes), { objectMode: false }),
        ContentType: options.contentType,
        ChecksumAlgorithm: 'SHA256',
        ...(options.createOnly ? { IfNoneMatch: '*' } : {}),
      },
    });
    const abort = () => void upload.abort();
    abortSignal.addEventListener('abort', abort, { once: true });
    try {
      await upload.done();
    } finally {
      abortSignal.removeEventListener('abort', abort);
    }
  };

  const store: ErasableStore = {
    kind,
    location,
    put: async (key, body, options, signal): Promise<PutOutcome> => {
      const doing = `cannot upload ${key} to ${location}`;
      const size = sizeOf(body);
      // The condition is checked only when the last part is there: save the way there when it is in vain.
      if (size > partBytes && options.createOnly && (await store.head(key, signal)).outcome === 'found')
        return { outcome: 'exists' };
      const put = size > partBytes ? putParts : putWhole;
      try {
        await withDeadline(doing, transferDeadlineMs(deadlines, size), signal, (s) =>
          put(key, body, options, s),
        );
        return { outcome: 'stored' };
      } catch (error) {
        if (options.createOnly && statusOf(error) === 412) return { outcome: 'exists' };
        throw failed(doing, error, signal);
      }
    },
    get: async (key, signal) => {
      const doing = `cannot read ${key} from ${location}`;
      try {
        const { Body, ContentLength, ETag } = await withDeadline(doing, deadlines.answerMs, signal, (s) =>
          client.send(new GetObjectCommand(address(key)), { abortSignal: s }),
        );
        const failure = (error: unknown) => failed(doing, error, signal);
        return {
          outcome: 'found',
          sizeBytes: ContentLength ?? 0,
          ...(ETag === undefined ? {} : { etag: ETag }),
          body: guardedBody(
            Body instanceof Readable ? Body : Readable.from([]),
            doing,
            deadlines.answerMs,
            signal,
            failure,
          ),
        };
      } catch (error) {
        if (isAbsent(error)) return { outcome: 'absent' };
        throw failed(doing, error, signal);
      }
    },
    head: async (key, signal) => {
      const doing = `cannot look at ${key} in ${location}`;
      try {
        const { ContentLength, ETag } = await withDeadline(doing, deadlines.answerMs, signal, (s) =>
          client.send(new HeadObjectCommand(address(key)), { abortSignal: s }),
        );
        return {
          outcome: 'found',
          sizeBytes: ContentLength ?? 0,
          ...(ETag === undefined ? {} : { etag: ETag }),
        };
      } catch (error) {
        if (isAbsent(error)) return { outcome: 'absent' };
        throw failed(doing, error, signal);
      }
    },
    list: async (prefix, cursor, signal) => {
      const doing = `cannot list ${prefix} in ${location}`;
      try {
        const page = await withDeadline(doing, deadlines.answerMs, signal, (s) =>
          client.send(
            new ListObjectsV2Command({ Bucket: config.bucket, Prefix: prefix, ContinuationToken: cursor }),
            { abortSignal: s },
          ),
        );
        const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
        return {
          outcome: 'listed',
          keys,
          ...(page.NextContinuationToken === undefined ? {} : { next: page.NextContinuationToken }),
        };
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    remove: async (key, signal) => {
      const doing = `cannot remove ${key} from ${location}`;
      try {
        await withDeadline(doing, deadlines.answerMs, signal, (s) =>
          client.send(new DeleteObjectCommand(address(key)), { abortSignal: s }),
        );
      } catch (error) {
        if (!isAbsent(error)) throw failed(doing, error, signal);
      }
    },
    close: () => client.destroy(),
  };
  return store;
};

const statusOf = (error: unknown): number | undefined => {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
};

/** HEAD has no body to tell a missing bucket from a missing object; GET and PUT will. */
const isAbsent = (error: unknown): boolean =>
  statusOf(error) === 404 && error instanceof Error && error.name !== 'NoSuchBucket';

const failed = (doing: string, error: unknown, signal: AbortSignal): Error => {
  if (signal.aborted) return signal.reason;
  if (error instanceof HowdahError) return error;
  const status = statusOf(error);
  const code = codeOf(error);
  return storeFailure(
    doing,
    { ...(status === undefined ? {} : { status }), ...(code === undefined ? {} : { code }) },
    error,
  );
};

/** Node's `code` for what happened on the way, the service's `name` for what it answered. */
const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'Error' ? undefined : error.name;
};
