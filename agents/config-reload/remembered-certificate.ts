import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { isBlank, readPair } from '@howdah/core/certificate';
import { stateFile } from '@howdah/runtime/state-file';
import * as z from 'zod';
import type { CertificateRead } from './read-certificate.ts';

/**
 * What was last in force; no secret. Patroni shows the certificate of before until it is told to reload, and that
 * is told over this very connection. So the CA of before is trusted beside the newest one, and the certificate of
 * before also when it has ended meanwhile.
 */
export interface InForce {
  /** `fingerprint256` of an X509Certificate. */
  readonly fingerprint: string;
  /** PEM; absent where none was configured. */
  readonly ca?: string | undefined;
}

export interface RememberedCertificate {
  /** Undefined when there is none yet. */
  read(): Promise<InForce | undefined>;
  write(inForce: InForce): Promise<void>;
}

export const rememberedCertificate = (stateDir: string): RememberedCertificate => {
  const file = stateFile(
    join(stateDir, 'certificate-in-force.json'),
    z.object({ format: z.literal(1), fingerprint: z.string(), ca: z.string().optional() }),
  );
  return { read: file.read, write: (inForce) => file.write({ format: 1, ...inForce }) };
};

/** The CA in `path`, and the one that was in force last. */
export const readWithRemembered = async (
  path: string,
  remembered: RememberedCertificate,
): Promise<string> => {
  const newest = await readFile(path, 'utf8');
  const former = (await remembered.read())?.ca;
  // Node takes a blank one for its own list of public CAs, but only where it stands alone.
  if (former === undefined || former === newest) return newest;
  return [newest, former].map((ca) => (isBlank(ca) ? rootCertificates.join('\n') : ca)).join('\n');
};

/** Of the certificate that was in force last, and of the mounted one when its key is beside it. */
export const knownFingerprints = async (
  read: () => Promise<CertificateRead>,
  remembered: RememberedCertificate,
): Promise<readonly string[]> => {
  const [files, former] = await Promise.all([read(), remembered.read()]);
  const pair = files.state === 'read' ? readPair(files.texts) : files;
  return [
    ...(former === undefined ? [] : [former.fingerprint]),
    ...('certificate' in pair ? [pair.certificate.fingerprint] : []),
  ];
};
