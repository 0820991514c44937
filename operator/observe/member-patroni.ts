import { type CertificateTexts, readPair } from '@howdah/core/certificate';
import { createPatroniClient, type PatroniClient } from '@howdah/patroni/client';
import { certificateIn } from '../desire/authority.ts';
import { ports } from '../desire/paths.ts';
import { serverNameOf, type Wanted } from '../desire/wanted.ts';
import type { Login } from './logins.ts';
import type { MemberPod } from './pods.ts';

/** By what a member's certificate is judged. */
export interface Trust {
  readonly serverName: string;
  /** PEM; the world's own authorities when absent. */
  readonly ca?: string;
  /** Of the Secret's own certificate, which is taken also when it has ended: nobody else has its key. */
  readonly fingerprint?: string;
}

/** Of a member as its pod is now, whatever the spec wants it to be. @returns undefined where it speaks no TLS. */
export const trustOf = (wanted: Wanted, { tlsSecret }: Pick<MemberPod, 'tlsSecret'>): Trust | undefined => {
  if (tlsSecret === undefined) return undefined;
  const ca = wanted.authority;
  const fingerprint = fingerprintOf(certificateIn(wanted.secrets[tlsSecret]));
  return {
    serverName: serverNameOf(wanted),
    ...(ca === undefined ? {} : { ca }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
};

/** Only where its key is beside it: a certificate alone is anybody's to show. */
const fingerprintOf = (texts: CertificateTexts | undefined): string | undefined => {
  const reading = texts && readPair(texts);
  return reading && 'certificate' in reading ? reading.certificate.fingerprint : undefined;
};

export type OpenPatroni = (
  pod: MemberPod,
  address: string,
  options: { readonly login?: Login; readonly deadlineMs: number },
) => PatroniClient;

/** Opens Patroni's REST API on members of a cluster. */
export const openPatroniOf = (wanted: Wanted): OpenPatroni => {
  const trusts = new Map(wanted.served.map((tlsSecret) => [tlsSecret, trustOf(wanted, { tlsSecret })]));
  return (pod, address, { login, deadlineMs }) => {
    const trust = trusts.get(pod.tlsSecret);
    const { ca, fingerprint } = trust ?? {};
    return createPatroniClient({
      url: `${trust === undefined ? 'http' : 'https'}://${address}:${ports.patroni}`,
      deadlineMs,
      ...(trust === undefined ? {} : { serverName: trust.serverName }),
      ...(ca === undefined ? {} : { readCa: async () => ca }),
      ...(fingerprint === undefined ? {} : { readKnownFingerprints: async () => [fingerprint] }),
      ...(login === undefined ? {} : { username: login.username, readPassword: async () => login.password }),
    });
  };
};
