import { Authority } from '@howdah/testbed-tools/certificates';

/** Paths of a certificate authority's certificate and of a server certificate it signed. */
export interface Certificate {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate for localhost and 127.0.0.1 by an authority of its own, made by openssl in `directory`. */
export const makeCertificate = async (directory: string): Promise<Certificate> => {
  const authority = await Authority.create(directory);
  const pair = await authority.issue({
    name: 'server',
    commonName: 'localhost',
    alternatives: ['DNS:localhost', 'IP:127.0.0.1'],
  });
  return { caFile: authority.certificate, certFile: pair.certificate, keyFile: pair.key };
};
