import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import {
  AnonymousCredential,
  ContainerClient,
  newPipeline,
  RestError,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { HowdahError } from '@howdah/core/errors';
import { partsOf, sizeOf } from './body.ts';
import { storeFailure } from './classify.ts';
import type { AzureConfig } from './config.ts';
import { type StoreDeadlines, transferDeadlineMs, withDeadline } from './deadline.ts';
import { describeStore } from './describe-store.ts';
import { guardedBody } from './guarded-body.ts';
import type { ErasableStore, PutOutcome, SecretReader } from './store.ts';

/** Blocks of a blob; each is checked by its MD5 on arrival, and nothing is there before all are committed. */
const blockBytes = 4 * 1024 * 1024;

export const createAzureStore = async (
  config: AzureConfig,
  readSecret: SecretReader,
  deadlines: StoreDeadlines,
): Promise<ErasableStore> => {
  const { kind, location } = describeStore({ azure: config });
  const agent = config.endpoint.startsWith('https:')
    ? new HttpsAgent({
        keepAlive: true,
        maxSockets: 2,
        ...(config.caFile === undefined ? {} : { ca: await readFile(config.caFile) }),
      })
    : new HttpAgent({ keepAlive: true, maxSockets: 2 });
  /** Made for each call, which costs little, so that a rotated secret is seen. */
  const container = async (): Promise<ContainerClient> => {
    const credential =
      config.accountKeyFile === undefined
        ? new AnonymousCredential()
        : new StorageSharedKeyCredential(config.accountName ?? '', await readSecret(config.accountKeyFile));
    const token = config.sasTokenFile === undefined ? '' : await readSecret(config.sasTokenFile);
    const query = token === '' ? '' : `?${token.replace(/^\?/, '')}`;
    // Tries are counted, delayed and told by the caller.
    const pipeline = newPipeline(credential, { retryOptions: { maxTries: 1 } });
    pipeline.factories.unshift({
      create: (next) => ({
        sendRequest: (request) => {
          request.agent = agent;
          return next.sendRequest(request);
        },
      }),
    });
    return new ContainerClient(`${config.endpoint}/${config.container}${query}`, pipeline);
  };
  const blob = async (key: string) => (await container()).getBlockBlobClient(key);

  return {
    kind,
    location,
    put: async (key, body, options, signal): Promise<PutOutcome> => {
      const doing = `cannot upload ${key} to ${location}`;
      const upload = async (abortSignal: AbortSignal) => {
        const client = await blob(key);
        const blocks: string[] = [];
        // Staged blocks belong to the blob, not to whoever stages them: with ids of two writers alike, one would commit
        // what the other sent.
        const writer = randomBytes(8).toString('hex');
        for await (const part of partsOf(body, options.sha256, blockBytes)) {
          const id = Buffer.from(`${writer}-${String(blocks.length).padStart(8, '0')}`).toString('base64');
          const transactionalContentMD5 = createHash('md5').update(part).digest();
          await client.stageBlock(id, part, part.length, { abortSignal, transactionalContentMD5 });
          blocks.push(id);
        }
        await client.commitBlockList(blocks, {
          abortSignal,
          blobHTTPHeaders: { blobContentType: options.contentType },
          metadata: { sha256: options.sha256 },
          ...(options.createOnly ? { conditions: { ifNoneMatch: '*' } } : {}),
        });
      };
      try {
        await withDeadline(doing, transferDeadlineMs(deadlines, sizeOf(body)), signal, upload);
        return { outcome: 'stored' };
      } catch (error) {
        if (options.createOnly && alreadyThere(error)) return { outcome: 'exists' };
        throw failed(doing, error, signal);
      }
    },
    get: async (key, signal) => {
      const doing = `cannot read ${key} from ${location}`;
      try {
        const answer = await withDeadline(doing, deadlines.answerMs, signal, async (abortSignal) =>
          // The SDK would resume a broken stream by itself and hide a store that fails.
          (await blob(key)).download(0, undefined, { abortSignal, maxRetryRequests: 0 }),
        );
        const { readableStreamBody = [] } = answer;
        // The answer itself: a stream around it, destroyed while the store is silent, would leave its connection open.
        const stream =
          readableStreamBody instanceof Readable ? readableStreamBody : Readable.from(readableStreamBody);
        const failure = (error: unknown) => failed(doing, error, signal);
        return {
          outcome: 'found',
          sizeBytes: answer.contentLength ?? 0,
          ...(answer.etag === undefined ? {} : { etag: answer.etag }),
          body: guardedBody(stream, doing, deadlines.answerMs, signal, failure),
        };
      } catch (error) {
        if (isAbsent(error)) return { outcome: 'absent' };
        throw failed(doing, error, signal);
      }
    },
    head: async (key, signal) => {
      const doing = `cannot look at ${key} in ${location}`;
      try {
        const { contentLength, etag } = await withDeadline(
          doing,
          deadlines.answerMs,
          signal,
          async (abortSignal) => (await blob(key)).getProperties({ abortSignal }),
        );
        return { outcome: 'found', sizeBytes: contentLength ?? 0, ...(etag === undefined ? {} : { etag }) };
      } catch (error) {
        if (isAbsent(error)) return { outcome: 'absent' };
        throw failed(doing, error, signal);
      }
    },
    list: async (prefix, cursor, signal) => {
      const doing = `cannot list ${prefix} in ${location}`;
      try {
        const page = await withDeadline(doing, deadlines.answerMs, signal, async (abortSignal) => {
          const pages = (await container())
            .listBlobsFlat({ prefix, abortSignal })
            .byPage({ maxPageSize: 1000, ...(cursor === undefined ? {} : { continuationToken: cursor }) });
          return (await pages.next()).value;
        });
        const next = page?.continuationToken;
        return {
          outcome: 'listed',
          keys: (page?.segment.blobItems ?? []).map(({ name }: { readonly name: string }) => name),
          ...(next === undefined || next === '' ? {} : { next }),
        };
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    remove: async (key, signal) => {
      const doing = `cannot remove ${key} from ${location}`;
      try {
        await withDeadline(doing, deadlines.answerMs, signal, async (abortSignal) =>
          (await blob(key)).deleteIfExists({ abortSignal }),
        );
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    close: () => agent.destroy(),
  };
};

const codeOf = (error: unknown): string | undefined => {
  if (!(error instanceof Error)) return undefined;
  // The service's word stands in `details` where the SDK could read the answer, else in `code`.
  if (error instanceof RestError) {
    const details = error.details;
    if (typeof details === 'object' && details !== null && 'errorCode' in details)
      return typeof details.errorCode === 'string' ? details.errorCode : error.code;
  }
  const cause = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // REQUEST_SEND_ERROR wraps what Node said.
  if (cause === 'REQUEST_SEND_ERROR' && error.cause instanceof Error && 'code' in error.cause)
    return String(error.cause.code);
  return cause;
};

const statusOf = (error: unknown): number | undefined =>
  error instanceof RestError ? error.statusCode : undefined;

/** BlobAlreadyExists for a new blob, ConditionNotMet where it was replaced meanwhile. */
const alreadyThere = (error: unknown): boolean =>
  statusOf(error) === 412 || (statusOf(error) === 409 && codeOf(error) === 'BlobAlreadyExists');

const isAbsent = (error: unknown): boolean =>
  statusOf(error) === 404 && !codeOf(error)?.startsWith('Container');

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
