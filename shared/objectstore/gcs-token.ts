import { createSign } from 'node:crypto';
import type { Agent, IncomingMessage } from 'node:http';
import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { storeErrors } from './errors.ts';
import { exchange } from './web-request.ts';

/** A token, while it lasts. */
export type TokenSource = (signal: AbortSignal) => Promise<string>;

/** https://developers.google.com/identity/protocols/oauth2/service-account#creatinganaccount */
const serviceAccount = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url(),
});
const tokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });
const refusal = z.object({ error: z.string() });

/** What reading, writing, listing and deleting objects needs, and no more. */
const scope = 'https://www.googleapis.com/auth/devstorage.read_write';
/** The longest that Google lets an assertion live. */
const assertionSeconds = 3_600;
/** A token is renewed this long before it ends: the request that carries it takes a while. */
const marginMs = 60_000;
/** A page of 200 names of a kibibyte each is less. */
const longestAnswerBytes = 512 * 1024;

/** https://cloud.google.com/compute/docs/access/authenticate-workloads#applications */
const metadataUrl = new URL(
  'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token',
);

export interface TokenInput {
  /** The service account's key as it stands in its file, read anew for each token; absent: the metadata server is asked. */
  readonly readKey: (() => Promise<string>) | undefined;
  /** For the token endpoint. */
  readonly agentFor: (url: URL) => Agent;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Tokens as OAuth 2 gives them to programs (RFC 7523), one at a time, kept while it lasts. */
export const createTokenSource = ({ readKey, agentFor, now = Date.now }: TokenInput): TokenSource => {
  let kept:
    | { readonly token: string; readonly untilMs: number; readonly key: string | undefined }
    | undefined;
  return async (signal) => {
    const key = await readKey?.();
    // A rotated key is seen at once.
    if (kept !== undefined && kept.key === key && now() < kept.untilMs) return kept.token;
    const answer =
      key === undefined ? await askMetadata(agentFor, signal) : await askFor(key, agentFor, now(), signal);
    kept = { token: answer.access_token, untilMs: now() + answer.expires_in * 1_000 - marginMs, key };
    return kept.token;
  };
};

const askMetadata = async (agentFor: TokenInput['agentFor'], signal: AbortSignal) => {
  const headers = { 'metadata-flavor': 'Google' };
  const url = metadataUrl;
  return tokenIn(await exchange({ method: 'GET', url, headers, agent: agentFor(url) }, signal));
};

const askFor = async (key: string, agentFor: TokenInput['agentFor'], nowMs: number, signal: AbortSignal) => {
  const account = accountIn(key);
  const url = new URL(account.token_uri);
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertionOf(account, Math.floor(nowMs / 1_000)),
  });
  const body = Buffer.from(form.toString());
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(body.length),
  };
  return tokenIn(
    await exchange({ method: 'POST', url, headers, agent: agentFor(url), body: once(body) }, signal),
  );
};

/** @throws HowdahError without a word of the key in it. */
const accountIn = (key: string): z.infer<typeof serviceAccount> => {
  try {
    return serviceAccount.parse(JSON.parse(key));
  } catch {
    throw new HowdahError(storeErrors.credentialsRefused, 'the key file is no key of a service account');
  }
};

const assertionOf = (account: z.infer<typeof serviceAccount>, nowSeconds: number): string => {
  const { client_email: iss, private_key, private_key_id: kid, token_uri: aud } = account;
  const claims = { iss, scope, aud, iat: nowSeconds, exp: nowSeconds + assertionSeconds };
  const head = { alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) };
  const signed = [head, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(private_key, 'base64url')}`;
  } catch {
    throw new HowdahError(storeErrors.credentialsRefused, 'the private key in the key file cannot be used');
  }
};

const tokenIn = async (answer: IncomingMessage): Promise<z.infer<typeof tokenAnswer>> => {
  const text = await textOf(answer);
  if (answer.statusCode === 200) return tokenAnswer.parse(JSON.parse(text));
  const said = refusal.safeParse(jsonOr(text));
  throw new TokenRefused(answer.statusCode ?? 0, said.success ? said.data.error : undefined);
};

/** What the token endpoint said, to be classified like an answer of the store. */
export class TokenRefused extends Error {
  readonly status: number;
  readonly code: string | undefined;
  constructor(status: number, code: string | undefined) {
    super('no token was given');
    this.status = status;
    this.code = code;
  }
}

/** The whole of a small answer. */
export const textOf = async (answer: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > longestAnswerBytes) throw new Error(`an answer of more than ${longestAnswerBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const jsonOr = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
