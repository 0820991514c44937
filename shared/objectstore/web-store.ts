import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HowdahError } from '@howdah/core/errors';
import { partsOf, sizeOf } from './body.ts';
import { storeFailure } from './classify.ts';
import type { WebConfig } from './config.ts';
import { type StoreDeadlines, transferDeadlineMs, withDeadline } from './deadline.ts';
import { describeStore } from './describe-store.ts';
import { guardedBody } from './guarded-body.ts';
import type { HeadOutcome, ObjectStore, PutOutcome, SecretReader } from './store.ts';
import { exchange } from './web-request.ts';

const chunkBytes = 256 * 1024;

/** PUT, GET and HEAD below a URL, as nginx, Apache or any DAV server give them; such servers do not list. */
export const createWebStore = async (
  config: WebConfig,
  readSecret: SecretReader,
  deadlines: StoreDeadlines,
): Promise<ObjectStore> => {
  const { kind, location } = describeStore({ web: config });
  const agent = config.url.startsWith('https:')
    ? new HttpsAgent({
        keepAlive: true,
        maxSockets: 2,
        ...(config.caFile === undefined ? {} : { ca: await readFile(config.caFile) }),
      })
    : new HttpAgent({ keepAlive: true, maxSockets: 2 });
  const base = config.url.replace(/\/+$/, '');
  const urlOf = (key: string) => new URL(`${base}/${key.split('/').map(encodeURIComponent).join('/')}`);

  const authorization = async (): Promise<Record<string, string>> => {
    if (config.bearerTokenFile !== undefined)
      return { authorization: `Bearer ${await readSecret(config.bearerTokenFile)}` };
    if (config.username === undefined || config.passwordFile === undefined) return {};
    const pair = `${config.username}:${await readSecret(config.passwordFile)}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  };

  const ask = async (
    doing: string,
    method: 'GET' | 'HEAD',
    key: string,
    signal: AbortSignal,
  ): Promise<IncomingMessage> => {
    const headers = await authorization();
    // `identity`: a server that compresses on the way would change what is hashed.
    const answer = await withDeadline(doing, deadlines.answerMs, signal, (s) =>
      exchange({ method, url: urlOf(key), agent, headers: { ...headers, 'accept-encoding': 'identity' } }, s),
    );
    if (answer.statusCode === 200 || answer.statusCode === 404) return answer;
    answer.resume();
    throw storeFailure(doing, signsOf(answer), undefined);
  };

  const head = async (key: string, signal: AbortSignal): Promise<HeadOutcome> => {
    const doing = `cannot look at ${key} at ${location}`;
    try {
      const answer = await ask(doing, 'HEAD', key, signal);
      answer.resume();
      return answer.statusCode === 404
        ? { outcome: 'absent' }
        : { outcome: 'found', ...propertiesOf(answer) };
    } catch (error) {
      throw failed(doing, error, signal);
    }
  };

  return {
    kind,
    location,
    put: async (key, body, options, signal): Promise<PutOutcome> => {
      const doing = `cannot upload ${key} to ${location}`;
      // Most web servers ignore the condition on PUT (nginx does), so it is asked beforehand as well.
      if (options.createOnly && (await head(key, signal)).outcome === 'found') return { outcome: 'exists' };
      const upload = async (s: AbortSignal) => {
        const headers = {
          ...(await authorization()),
          'content-length': String(sizeOf(body)),
          'content-type': options.contentType,
          // RFC 9530; servers that know it refuse what arrives otherwise.
          'content-digest': `sha-256=:${Buffer.from(options.sha256, 'hex').toString('base64')}:`,
          ...(options.createOnly ? { 'if-none-match': '*' } : {}),
        };
        const parts = partsOf(body, options.sha256, chunkBytes);
        const answer = await exchange({ method: 'PUT', url: urlOf(key), agent, headers, body: parts }, s);
        answer.resume();
        return answer;
      };
      try {
        const deadline = transferDeadlineMs(deadlines, sizeOf(body));
        const answer = await withDeadline(doing, deadline, signal, upload);
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) return { outcome: 'stored' };
        if (options.createOnly && status === 412) return { outcome: 'exists' };
        throw storeFailure(doing, signsOf(answer), undefined);
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    get: async (key, signal) => {
      const doing = `cannot read ${key} from ${location}`;
      try {
        const answer = await ask(doing, 'GET', key, signal);
        if (answer.statusCode === 404) {
          answer.resume();
          return { outcome: 'absent' };
        }
        const failure = (error: unknown) => failed(doing, error, signal);
        return {
          outcome: 'found',
          ...propertiesOf(answer),
          body: guardedBody(answer, doing, deadlines.answerMs, signal, failure),
        };
      } catch (error) {
        throw failed(doing, error, signal);
      }
    },
    head,
    list: async () => ({ outcome: 'unsupported' }),
    close: () => agent.destroy(),
  };
};

const propertiesOf = (answer: IncomingMessage): { sizeBytes: number; etag?: string } => ({
  sizeBytes: Number(answer.headers['content-length'] ?? 0),
  ...(answer.headers.etag === undefined ? {} : { etag: answer.headers.etag }),
});

const signsOf = (answer: IncomingMessage) => ({ status: answer.statusCode ?? 0 });

const failed = (doing: string, error: unknown, signal: AbortSignal): Error => {
  if (signal.aborted) return signal.reason;
  if (error instanceof HowdahError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return storeFailure(doing, code === undefined ? {} : { code }, error);
};
