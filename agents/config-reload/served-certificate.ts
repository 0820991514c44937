import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { type Certificate, certificateOf } from '@howdah/core/certificate';
import { describeError } from '@howdah/core/errors';

export interface Port {
  readonly host: string;
  readonly port: number;
}

/**
 * What a port shows to whoever connects:
 * - `serves`: this certificate;
 * - `silent`: nothing, for now: nobody listens, or it answers too late;
 * - `plain`: it does not speak TLS.
 */
export type Served =
  | { readonly state: 'serves'; readonly certificate: Certificate }
  | { readonly state: 'silent' | 'plain'; readonly why: string };

/** In one pod this takes milliseconds. */
const deadlineMs = 3_000;

/** Four bytes of length and the request code 80877103: "SSLRequest" of PostgreSQL's protocol, message formats. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/** The certificate of a port that speaks TLS from the first byte, such as Patroni's REST API. */
export const servedByTls = (port: Port, signal: AbortSignal): Promise<Served> =>
  within(signal, (deadline) => handshake({ ...port }, deadline));

/** PostgreSQL's certificate. It hears no startup packet, so that it has no session to speak of. */
export const servedByPostgres = (port: Port, signal: AbortSignal): Promise<Served> =>
  within(signal, async (deadline) => {
    const socket = connectTcp(port);
    try {
      // Past the answer, what goes wrong is told by the handshake.
      socket.on('error', () => undefined);
      await once(socket, 'connect', { signal: deadline });
      socket.write(sslRequest);
      const [answer] = (await once(socket, 'data', { signal: deadline })) as [Buffer];
      if (answer.toString('latin1') !== 'S')
        return { state: 'plain', why: 'offers no TLS: set ssl, ssl_cert_file and ssl_key_file' };
      return await handshake({ socket }, deadline);
    } finally {
      socket.destroy();
    }
  });

const within = async (
  signal: AbortSignal,
  ask: (deadline: AbortSignal) => Promise<Served>,
): Promise<Served> => {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await ask(AbortSignal.any([signal, deadline]));
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.aborted) return { state: 'silent', why: `does not answer within ${deadlineMs} ms` };
    const plain = error instanceof Error && 'code' in error && error.code === 'ERR_SSL_WRONG_VERSION_NUMBER';
    return plain
      ? { state: 'plain', why: 'speaks no TLS' }
      : { state: 'silent', why: `does not answer: ${describeError(error)}` };
  }
};

const handshake = async (over: ConnectionOptions, deadline: AbortSignal): Promise<Served> => {
  // It is looked at and not trusted: nothing is said over this connection, and nothing heard.
  const socket = connectTls({ ...over, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: deadline });
    const x509 = socket.getPeerX509Certificate();
    socket.on('error', () => undefined);
    // Ended in good manners: a connection that is reset would be a line in the server's log.
    socket.resume().end();
    // What is seen is seen, also when the peer resets the connection, complains late, or is slow to hang up.
    if (!socket.closed) await once(socket, 'close', { signal: deadline }).catch(() => undefined);
    return x509 === undefined
      ? { state: 'plain', why: 'shows no certificate' }
      : { state: 'serves', certificate: certificateOf(x509) };
  } finally {
    socket.destroy();
  }
};
