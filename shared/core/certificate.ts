import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** The texts of a certificate's files as of one moment. */
export interface CertificateTexts {
  /** The certificate first, then those that lead to its CA. */
  readonly certificate: string;
  readonly key: string;
  /** Blank where a public CA signed it: so cert-manager fills `ca.crt` when it does not know the CA. */
  readonly ca?: string;
}

/** What is told, and compared, of a certificate; nothing of its key. */
export interface Certificate {
  /** sha256 of the whole certificate. */
  readonly fingerprint: string;
  readonly validFrom: Date;
  readonly validTo: Date;
  /** DNS names and addresses; without any, the common name. */
  readonly names: readonly string[];
}

/** Files that a server can be started with, or what is wrong with them, in words. */
export type PairReading = { readonly certificate: Certificate } | { readonly problem: string };

/** Of more names a person reads no more. */
const mostNames = 50;

/**
 * Judges what PostgreSQL and Patroni would not survive: with a key that is another certificate's, PostgreSQL keeps
 * the old pair on a reload and does not start again; Patroni ends its REST API before it reads the new one
 * (`RestApiServer.reload_config` in its api.py).
 */
export const readPair = ({ certificate, key, ca }: CertificateTexts): PairReading => {
  const x509 = x509Of(certificate);
  if (x509 === undefined) return { problem: 'the certificate’s file holds no certificate in PEM' };
  const privateKey = privateKeyOf(key);
  if (privateKey === undefined)
    return { problem: 'the key’s file holds no private key in PEM that can be read without a passphrase' };
  if (!x509.checkPrivateKey(privateKey)) return { problem: 'the key is not the certificate’s' };
  if (ca !== undefined && !isBlank(ca) && !isCaBundle(ca))
    return { problem: 'the CA’s file holds no certificate in PEM' };
  return { certificate: certificateOf(x509) };
};

export const certificateOf = (x509: X509Certificate): Certificate => ({
  fingerprint: x509.fingerprint256,
  validFrom: x509.validFromDate,
  validTo: x509.validToDate,
  names: namesOf(x509),
});

/** What Node's parsers have against a text is in OpenSSL's words, which help nobody. */
const x509Of = (pem: string): X509Certificate | undefined => {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
};

const privateKeyOf = (pem: string): KeyObject | undefined => {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
};

export const isBlank = (pem: string): boolean => pem.trim() === '';

const isCaBundle = (pem: string): boolean => {
  const blocks = pem.match(/-----BEGIN [A-Z ]*CERTIFICATE-----[^-]*-----END [A-Z ]*CERTIFICATE-----/g) ?? [];
  return blocks.length > 0 && blocks.every((block) => x509Of(block) !== undefined);
};

/** As OpenSSL lists them: `DNS:orders.shop.svc, IP Address:10.0.0.1`. */
const namesOf = ({ subject, subjectAltName }: X509Certificate): readonly string[] => {
  const alternatives = (subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
  const commonName = /^CN=(.+)$/m.exec(subject)?.[1];
  const names = alternatives.length === 0 && commonName !== undefined ? [commonName] : alternatives;
  return names.slice(0, mostNames);
};

/** Whether the first certificate of a text is for this name, also by a wildcard. */
export const isFor = (pem: string, name: string): boolean => x509Of(pem)?.checkHost(name) !== undefined;
