import { type CertificateTexts, isBlank } from '@howdah/core/certificate';

const pem = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

const certificatesIn = (text: string | undefined): readonly string[] => text?.match(pem) ?? [];

type Secret = Readonly<Record<string, string>> | undefined;

/** The authority that a Secret names: cert-manager writes a blank one where it is one of the world's own. */
export const authorityIn = (secret: Secret): string | undefined => {
  const text = secret?.['ca.crt'];
  return text === undefined || isBlank(text) ? undefined : text;
};

/** A Secret's certificate as cert-manager writes it; undefined where it has none. */
export const certificateIn = (secret: Secret): CertificateTexts | undefined => {
  const { 'tls.crt': certificate, 'tls.key': key } = secret ?? {};
  const ca = authorityIn(secret);
  if (certificate === undefined || key === undefined) return undefined;
  return { certificate, key, ...(ca === undefined ? {} : { ca }) };
};

/**
 * What certificates are checked by: the authority of now, and the one before it, whose certificates the members serve
 * until the newest has reached them, and whose file an application may still have.
 *
 * @param former what this gave before.
 */
export const authorities = (current: string, former: string | undefined): string => {
  const now = certificatesIn(current);
  const before = certificatesIn(former);
  const others = before.filter((each) => !now.includes(each));
  return `${[...now, ...others.slice(0, now.length)].join('\n')}\n`;
};
