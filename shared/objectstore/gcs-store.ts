import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { partsOf, sizeOf } from './body.ts';
import { storeFailure } from './classify.ts';
import type { GcsConfig } from './config.ts';
import { type StoreDeadlines, transferDeadlineMs, withDeadline } from './deadline.ts';
import { describeStore } from './describe-store.ts';
import { createTokenSource, TokenRefused, textOf } from './gcs-token.ts';
import { guardedBody } from './guarded-body.ts';
import type { ErasableStore, ObjectBody, PutOptions, PutOutcome, SecretReader } from './store.ts';
import { exchange, type WebRequest } from './web-request.ts';

const googleEndpoint = 'https://storage.googleapis.com';
const chunkBytes = 256 * 1024;
const tokenDeadlineMs = 10_000;
/** So many names are less than what a small answer may have. */
const pageSize = 200;

const properties = z.object({ size: z.string().regex(/^\d+$/), etag: z.string().optional() });
const page = z.object({
  items: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

/**
 * Google Cloud Storage by its JSON API (https://cloud.google.com/storage/docs/json_api/v1). Not by
 * `@google-cloud/storage`: its calls take no AbortSignal, it knows no authority but Node's own, and it costs 13 MiB.
 */
export const createGcsStore = async (
  config: GcsConfig,
  readSecret: SecretReader,
  deadlines: StoreDeadlines,
): Promise<ErasableStore> => {
  const { kind, location } = describeStore({ gcs: config });
  const { keyFile } = config;
  const ca = config.caFile === undefined ? undefined : await readFile(config.caFile);
  const https = new HttpsAgent({ keepAlive: true, maxSockets: 2, ...(ca === undefined ? {} : { ca }) });
  const http = new HttpAgent({ keepAlive: true, maxSockets: 2 });
  const agentFor = ({ protocol }: URL) => (protocol === 'https:' ? https : http);
  const token = createTokenSource({
    readKey: keyFile === undefined ? undefined : () => readSecret(keyFile),
    agentFor,
  });
  const endpoint = (config.endpoint ?? googleEndpoint).replace(/\/+$/, '');
  const objects = `/storage/v1/b/${encodeURIComponent(config.bucket)}/o`;
  const urlOf = (path: string, query: Readonly<Record<string, string>>) =>
    new URL(`${endpoint}${path}?${new URLSearchParams(query)}`);
  const objectUrl = (key: string, query: Readonly<Record<string, string>>) =>
    urlOf(`${objects}/${encodeURIComponent(key)}`, query);

  /** Ahead of each question, under a deadline of its own: a token lasts for an hour of them. */
  const authorize = async (
    doing: string,
    signal: AbortSignal,
  ): Promise<{ readonly authorization: string }> => ({
    authorization: `Bearer ${await withDeadline(`${doing}: no token`, tokenDeadlineMs, signal, token)}`,
  });
  const send = (request: Omit<WebRequest, 'agent'>, signal: AbortSignal): Promise<IncomingMessage> =>
    exchange({ ...request, agent: agentFor(request.url) }, signal);

  /** A question with a small answer; undefined where there is no such object. */
  const askText = async (
    doing: string,
    method: 'GET' | 'DELETE',
    url: URL,
    signal: AbortSignal,
  ): Promise<string | undefined> => {
    try {
      const headers = await authorize(doing, signal);
      return await withDeadline(doing, deadlines.answerMs, signal, async (s) => {
        const answer = await send({ method, url, headers }, s);
        const text = await textOf(answer);
        if (answer.statusCode === 404) return undefined;
        if (!isSuccess(answer)) throw refused(doing, answer);
        return text;
      });
    } catch (error) {
      throw failed(doing, error, signal);
    }
  };

  return {
    kind,
    location,
    put: async (key, body, options, signal): Promise<PutOutcome> => {
      const doing = `cannot upload ${key} to ${location}`;
      const query = {
        uploadType: 'multipart',
        fields: 'generation',
        ...(options.createOnly ? { ifGenerationMatch: '0' } : {}),
      };
      const url = urlOf(`/upload${objects}`, query);
      try {
        const authorization = await authorize(doing, signal);
        const upload = async (s: AbortSignal) => {
          const { headers, parts } = await relatedBody(key, body, options);
          const answer = await send(
            { method: 'POST', url, headers: { ...headers, ...authorization }, body: parts },
            s,
          );
          await textOf(answer);
          return answer;
        };
        const answer = await withDeadline(doing, transferDeadlineMs(deadlines, sizeOf(body)), signal, upload);
        if (isSuccess(answer)) return { outcome: 'stored' };
        if (options.createOnly && answer.statusCode === 412) return { outcome: 'exists' };
        throw refused(doing, answer);
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    get: async (key, signal) => {
      const doing = `cannot read ${key} from ${location}`;
      try {
        // `identity`: a server that compresses on the way would change the size.
        const headers = { ...(await authorize(doing, signal)), 'accept-encoding': 'identity' };
        const url = objectUrl(key, { alt: 'media' });
        const answer = await withDeadline(doing, deadlines.answerMs, signal, (s) =>
          send({ method: 'GET', url, headers }, s),
        );
        if (!isSuccess(answer)) {
          answer.resume();
          if (answer.statusCode === 404) return { outcome: 'absent' };
          throw refused(doing, answer);
        }
        const failure = (error: unknown) => failed(doing, error, signal);
        const { etag } = answer.headers;
        return {
          outcome: 'found',
          sizeBytes: Number(answer.headers['content-length'] ?? 0),
          ...(etag === undefined ? {} : { etag }),
          body: guardedBody(answer, doing, deadlines.answerMs, signal, failure),
        };
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    head: async (key, signal) => {
      const url = objectUrl(key, { fields: 'size,etag' });
      const text = await askText(`cannot look at ${key} in ${location}`, 'GET', url, signal);
      if (text === undefined) return { outcome: 'absent' };
      const { size, etag } = properties.parse(JSON.parse(text));
      return { outcome: 'found', sizeBytes: Number(size), ...(etag === undefined ? {} : { etag }) };
    },
    list: async (prefix, cursor, signal) => {
      const doing = `cannot list ${prefix} in ${location}`;
      const query = { prefix, fields: 'items(name),nextPageToken', maxResults: String(pageSize) };
      const url = urlOf(objects, { ...query, ...(cursor === undefined ? {} : { pageToken: cursor }) });
      const text = await askText(doing, 'GET', url, signal);
      if (text === undefined) throw storeFailure(doing, missingBucket, undefined);
      const { items, nextPageToken: next } = page.parse(JSON.parse(text));
      return {
        outcome: 'listed',
        keys: items.map(({ name }) => name),
        ...(next === undefined ? {} : { next }),
      };
    },
    remove: async (key, signal) => {
      await askText(`cannot remove ${key} from ${location}`, 'DELETE', objectUrl(key, {}), signal);
    },
    close: () => {
      https.destroy();
      http.destroy();
    },
  };
};

/**
 * multipart/related: what the object is called and its MD5, by which the store refuses what arrives otherwise, then its
 * bytes. The body is read twice, since the MD5 goes ahead.
 */
const relatedBody = async (key: string, body: ObjectBody, { sha256, contentType }: PutOptions) => {
  const md5 = createHash('md5');
  for await (const part of partsOf(body, sha256, chunkBytes)) md5.update(part);
  const boundary = randomBytes(16).toString('hex');
  const resource = JSON.stringify({ name: key, contentType, md5Hash: md5.digest('base64') });
  const before = Buffer.from(
    `--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${resource}\r\n--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`,
  );
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* parts(): AsyncGenerator<Buffer> {
    yield before;
    yield* partsOf(body, sha256, chunkBytes);
    yield after;
  }
  return {
    headers: {
      'content-type': `multipart/related; boundary=${boundary}`,
      'content-length': String(before.length + sizeOf(body) + after.length),
    },
    parts: parts(),
  };
};

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300;

/** Of an upload or a list: an object may be missing, but then it is the bucket. */
const missingBucket = { status: 404, code: 'NoSuchBucket' };

const refused = (doing: string, { statusCode: status = 0 }: IncomingMessage): HowdahError =>
  storeFailure(doing, status === 404 ? missingBucket : { status }, undefined);

const failed = (doing: string, error: unknown, signal: AbortSignal): Error => {
  if (signal.aborted) return signal.reason;
  if (error instanceof TokenRefused)
    return storeFailure(
      `${doing}: ${error.message}`,
      { status: error.status, ...(error.code === undefined ? {} : { code: error.code }) },
      error,
    );
  if (error instanceof HowdahError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return storeFailure(doing, code === undefined ? {} : { code }, error);
};
