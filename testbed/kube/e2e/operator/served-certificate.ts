import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { Client } from 'pg';
import type { Pod } from '../patroni/pods.ts';

/** Fingerprint of what Patroni's REST API on a member serves. */
export const servedByPatroni = async ({ address }: Pod): Promise<string> => {
  const socket = connect({ host: address, port: 8008, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(5_000) });
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
};

export interface PostgresLogin {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** PEM. */
  readonly ca: string;
  readonly host: string;
}

/** Fingerprint of what PostgreSQL serves to one who checks authority and name, and logs in. */
export const servedByPostgres = async (
  { address }: Pod,
  { ca, host, ...login }: PostgresLogin,
): Promise<string> => {
  const client = new Client({ ...login, host: address, ssl: { ca, servername: host } });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const stream: Readable = client.connection.stream;
    return (stream as TLSSocket).getPeerCertificate().fingerprint256;
  } finally {
    await client.end();
  }
};
