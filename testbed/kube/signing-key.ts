import { join } from 'node:path';
import { openssl } from '@howdah/testbed-tools/certificates';

/** A key pair that signs tokens and is in no certificate; the API server wants RSA or ECDSA in PKCS#8. */
export const makeSigningKey = async (directory: string): Promise<{ private: string; public: string }> => {
  const keys = { private: join(directory, 'tokens.key'), public: join(directory, 'tokens.pub') };
  await openssl(['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', keys.private]);
  await openssl(['pkey', '-in', keys.private, '-pubout', '-out', keys.public]);
  return keys;
};
