import { createHash, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.ts';

/** What a handler answers. */
interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly generation: string;
}

/**
 * A double of Google Cloud Storage's JSON API and of its token endpoint, since the service is not to be had here. It
 * refuses what the real one is documented to refuse, and proves the calls, not the service:
 *
 * - a token only for an assertion that its service account signed, for this endpoint, of at most an hour, `invalid_grant`
 *   otherwise (https://developers.google.com/identity/protocols/oauth2/service-account#error-codes);
 * - 401 without such a token (https://cloud.google.com/storage/docs/json_api/v1/status-codes#401-unauthorized);
 * - 412 where `ifGenerationMatch=0` and there is an object
 *   (https://cloud.google.com/storage/docs/request-preconditions#special-case);
 * - 400 where bytes do not have the `md5Hash` that their metadata says
 *   (https://cloud.google.com/storage/docs/json_api/v1/objects/insert);
 * - 404 for a bucket or an object that is not there;
 * - lists in the order of the names' bytes, by page (https://cloud.google.com/storage/docs/json_api/v1/objects/list).
 */
export const startGcsDouble = async () => {
  const directory = await mkdtemp('/tmp/howdah-gcs-');
  const certificate = await makeCertificate(directory);
  const bucket = 'audit';
  const objects = new Map<string, StoredObject>();
  const tokens = new Set<string>();
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = 'howdah@test.iam.gserviceaccount.com';
  const [key, cert] = await Promise.all([readFile(certificate.keyFile), readFile(certificate.certFile)]);
  let generation = 0;
  let url = '';

  const give = (form: URLSearchParams): Answer => {
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const said = jsonIn(Buffer.from(claims, 'base64url'));
    const isSigned = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(publicKey, signature, 'base64url');
    const nowSeconds = Date.now() / 1_000;
    const { iat = 0, exp = 0 } = said as { readonly iat?: number; readonly exp?: number };
    const isOurs = said.iss === email && said.aud === `${url}/token`;
    const isTimely = iat <= nowSeconds + 60 && exp > nowSeconds && exp - iat <= 3_600;
    const isFor = String(said.scope).startsWith('https://www.googleapis.com/auth/devstorage.');
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return { status: 400, body: JSON.stringify({ error: 'unsupported_grant_type' }) };
    if (!isSigned || !isOurs || !isTimely || !isFor)
      return { status: 400, body: JSON.stringify({ error: 'invalid_grant' }) };
    const token = randomBytes(16).toString('hex');
    tokens.add(token);
    return {
      status: 200,
      body: JSON.stringify({ access_token: token, expires_in: 3_599, token_type: 'Bearer' }),
    };
  };

  const insert = (query: URLSearchParams, contentType: string, body: Buffer): Answer => {
    const boundary = /^multipart\/related; boundary=(\S+)$/.exec(contentType)?.[1];
    if (query.get('uploadType') !== 'multipart' || boundary === undefined) return error(400, 'badRequest');
    const [resource, media] = partsIn(body, boundary);
    if (resource === undefined || media === undefined) return error(400, 'badContent');
    const { name, md5Hash } = jsonIn(resource.content) as {
      readonly name?: string;
      readonly md5Hash?: string;
    };
    if (name === undefined || name === '' || Buffer.byteLength(name) > 1_024) return error(400, 'required');
    if (md5Hash !== undefined && createHash('md5').update(media.content).digest('base64') !== md5Hash)
      return error(400, 'invalid');
    const wanted = query.get('ifGenerationMatch');
    if (wanted !== null && wanted !== (objects.get(name)?.generation ?? '0'))
      return error(412, 'conditionNotMet');
    generation += 1;
    objects.set(name, { bytes: media.content, contentType: media.type, generation: String(generation) });
    return { status: 200, body: JSON.stringify({ generation: String(generation) }) };
  };

  const list = (query: URLSearchParams): Answer => {
    const from = query.get('pageToken');
    const names = [...objects.keys()]
      .filter((name) => name.startsWith(query.get('prefix') ?? ''))
      .toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .filter(
        (name) => from === null || Buffer.compare(Buffer.from(name), Buffer.from(from, 'base64url')) > 0,
      );
    const shown = names.slice(0, Math.min(Number(query.get('maxResults') ?? 1_000), 1_000));
    const last = shown.at(-1);
    return {
      status: 200,
      body: JSON.stringify({
        // Absent where there is nothing.
        ...(shown.length === 0 ? {} : { items: shown.map((name) => ({ name })) }),
        ...(last === undefined || shown.length === names.length
          ? {}
          : { nextPageToken: Buffer.from(last).toString('base64url') }),
      }),
    };
  };

  const object = (method: string, name: string, query: URLSearchParams): Answer => {
    const found = objects.get(name);
    if (found === undefined) return error(404, 'notFound');
    if (method === 'DELETE') {
      objects.delete(name);
      return { status: 204 };
    }
    const etag = `"${found.generation}"`;
    return query.get('alt') === 'media'
      ? { status: 200, body: found.bytes, headers: { 'content-type': found.contentType, etag } }
      : { status: 200, body: JSON.stringify({ size: String(found.bytes.length), etag }) };
  };

  const route = (request: IncomingMessage, body: Buffer): Answer => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', url);
    const { method = 'GET', headers } = request;
    if (pathname === '/token' && method === 'POST') return give(new URLSearchParams(body.toString()));
    if (!tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))) return error(401, 'authError');
    const path = /^(\/upload)?\/storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(pathname);
    if (path === null) return error(404, 'notFound');
    const [, upload, of = '', name] = path;
    if (decodeURIComponent(of) !== bucket) return error(404, 'notFound');
    if (upload !== undefined) return insert(query, headers['content-type'] ?? '', body);
    return name === undefined ? list(query) : object(method, decodeURIComponent(name), query);
  };

  const server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { status, body = '', headers } = route(request, Buffer.concat(chunks));
      response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keyOf = (pem: string) =>
    JSON.stringify({
      type: 'service_account',
      client_email: email,
      private_key: pem,
      token_uri: `${url}/token`,
    });
  const pemOf = (one: typeof privateKey) => String(one.export({ type: 'pkcs8', format: 'pem' }));
  return {
    endpoint: url,
    bucket,
    caFile: certificate.caFile,
    /** What stands in the service account's key file. */
    key: keyOf(pemOf(privateKey)),
    /** The same account with a key that nobody knows. */
    wrongKey: keyOf(pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)),
    /** All tokens end now, as when the account is disabled. */
    endTokens: () => tokens.clear(),
    tokens: () => tokens.size,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(directory, { recursive: true, force: true });
    },
  };
};

const error = (code: number, reason: string): Answer => ({
  status: code,
  body: JSON.stringify({ error: { code, message: reason, errors: [{ domain: 'global', reason }] } }),
});

const jsonIn = (bytes: Buffer): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return {};
  }
};

/** RFC 2387 and 2046, as strictly as the one who sends here needs. */
const partsIn = (body: Buffer, boundary: string) => {
  const mark = Buffer.from(`--${boundary}`);
  const parts: { readonly type: string; readonly content: Buffer }[] = [];
  let at = body.indexOf(mark);
  while (at !== -1) {
    const next = body.indexOf(mark, at + mark.length);
    if (next === -1) break;
    const part = body.subarray(at + mark.length + 2, next - 2);
    const end = part.indexOf('\r\n\r\n');
    const type = /content-type: ([^\r]+)/i.exec(part.subarray(0, end).toString())?.[1] ?? '';
    parts.push({ type, content: part.subarray(end + 4) });
    at = next;
  }
  return parts;
};
