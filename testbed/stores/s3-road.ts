import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Certificate } from './certificate.ts';

/** What somebody asks of the store. */
export interface Question {
  readonly method: string;
  /** With its query, e.g. `/audit/repo/backup/main/backup.info`. */
  readonly path: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What becomes of a question on its way; `pass` lets the store answer it, and an answer that never comes is a hang. */
export type Weather = (question: Question, pass: () => Promise<Answer>) => Promise<Answer>;

export const fairWeather: Weather = (_, pass) => pass();

/** Answers instead of the store, in S3's words. */
export const refusal = (status: number, code: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`),
});

/** A road of HTTP over TLS to a real S3 server, with weather. Signatures hold: the host's name goes through as it is. */
export interface S3Road extends AsyncDisposable {
  readonly endpoint: string;
  readonly port: number;
  weather: Weather;
  /** How many questions came, whatever became of them. */
  asked(): number;
  /** Shows another certificate from now on; connections under way end. */
  show(certificate: Pick<Certificate, 'certFile' | 'keyFile'>): Promise<void>;
  close(): Promise<void>;
}

/** @param certificate what the road shows to who takes it */
export const openS3Road = async (
  store: { readonly endpoint: string; readonly caFile: string },
  certificate: Pick<Certificate, 'certFile' | 'keyFile'>,
): Promise<S3Road> => {
  const far = new Agent({ keepAlive: true, ca: await readFile(store.caFile) });
  const sockets = new Set<Duplex>();
  let asked = 0;
  const pass = async (near: IncomingMessage, body: Buffer): Promise<Answer> => {
    const { expect: _, ...headers } = near.headers;
    const onward = request(new URL(near.url ?? '/', store.endpoint), {
      ...{ method: near.method, headers, agent: far },
    });
    onward.end(body);
    const [answer] = (await once(onward, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) };
  };
  const take = async (near: IncomingMessage, response: ServerResponse): Promise<void> => {
    asked += 1;
    const body = await buffer(near);
    const question = { method: near.method ?? '', path: near.url ?? '' };
    const answer = await road.weather(question, () => pass(near, body));
    const { 'transfer-encoding': _, ...headers } = answer.headers;
    response.writeHead(answer.status, headers).end(answer.body);
  };
  const server = createServer(await pairOf(certificate), (near, response) => {
    take(near, response).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    server.close();
    cut();
    far.destroy();
  };
  const road: S3Road = {
    endpoint: `https://localhost:${port}`,
    port,
    weather: fairWeather,
    asked: () => asked,
    show: async (other) => {
      server.setSecureContext(await pairOf(other));
      cut();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  return road;
};

const pairOf = async ({ certFile, keyFile }: Pick<Certificate, 'certFile' | 'keyFile'>) => ({
  cert: await readFile(certFile),
  key: await readFile(keyFile),
});
