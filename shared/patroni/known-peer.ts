import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { HowdahError } from '@howdah/core/errors';
import { patroniErrors } from './errors.ts';

export interface PeerTrust {
  /** PEM; Node's own authorities when absent. */
  readonly ca?: string;
  /** By default the host of the address. */
  readonly servername?: string;
  /** SHA-256 fingerprints, as `fingerprint256` of an X509Certificate. */
  readonly known: readonly string[];
}

/**
 * A connection over which nothing was said yet, to a peer that shows either a certificate that is authorised as
 * any other, or one of the known ones. A known one has proven its key in the handshake, and may have ended.
 *
 * The reason for which a certificate is not authorised is no help: OpenSSL tells only the last of several faults,
 * so that one of anybody's that has ended is CERT_HAS_EXPIRED too.
 *
 * @throws HowdahError `untrusted`; the socket's error; the signal's AbortError.
 */
export const connectToKnown = async (
  target: URL,
  { ca, servername, known }: PeerTrust,
  signal: AbortSignal,
): Promise<TLSSocket> => {
  // An IPv6 address stands in brackets in a URL, and nowhere else.
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const name = servername ?? (isIP(host) === 0 ? host : undefined);
  const socket = connect({
    host,
    port: Number(target.port || 443),
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
    ...(name === undefined ? {} : { servername: name }),
  });
  // Until a request listens: what goes wrong before it is seen in it.
  socket.on('error', () => undefined);
  try {
    await once(socket, 'secureConnect', { signal });
    const shown = socket.getPeerX509Certificate()?.fingerprint256;
    if (socket.authorized || (shown !== undefined && known.includes(shown))) return socket;
    throw new HowdahError(
      patroniErrors.untrusted,
      `${target.origin} shows a certificate that is neither trusted (${socket.authorizationError}) nor known`,
    );
  } catch (error) {
    socket.destroy();
    throw error;
  }
};
