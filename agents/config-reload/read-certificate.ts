import { open, realpath } from 'node:fs/promises';
import type { CertificateTexts } from '@howdah/core/certificate';

/** Absolute paths of PEM files. */
export interface CertificatePaths {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly caFile?: string;
}

export type CertificateRead =
  | { readonly state: 'read'; readonly texts: CertificateTexts }
  | { readonly state: 'unreadable'; readonly problem: string };

/** A Secret holds at most 1 MiB; a larger file is none of its. */
const largestBytes = 1024 * 1024;
/** A swap takes milliseconds; more in a row than this, and the next look will see the end of it. */
const mostTries = 5;

/** Reads the files as of one moment: if the mount is swapped while it reads, it begins again. */
export const readCertificate = async (paths: CertificatePaths): Promise<CertificateRead> => {
  for (let tries = 1; ; tries += 1) {
    const before = await placesOf(paths);
    const read = await readOnce(paths);
    if ((await placesOf(paths)) === before || tries === mostTries) return read;
  }
};

/** Where the files really lie now; a mount's `..data` link leads somewhere else after each swap. */
const placesOf = async ({ certificateFile, keyFile, caFile = keyFile }: CertificatePaths): Promise<string> =>
  (
    await Promise.all([certificateFile, keyFile, caFile].map((path) => realpath(path).catch(() => 'nowhere')))
  ).join('\0');

const readOnce = async ({ certificateFile, keyFile, caFile }: CertificatePaths): Promise<CertificateRead> => {
  try {
    const certificate = await readText(certificateFile);
    const key = await readText(keyFile);
    const ca = caFile === undefined ? {} : { ca: await readText(caFile) };
    return { state: 'read', texts: { certificate, key, ...ca } };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { state: 'unreadable', problem: error.message };
  }
};

class Unreadable extends Error {}

const readText = async (path: string): Promise<string> => {
  try {
    await using handle = await open(path, 'r');
    const { size } = await handle.stat();
    if (size > largestBytes)
      throw new Unreadable(`${path} has ${size} bytes, and no certificate. Correct the Secret.`);
    return await handle.readFile('utf8');
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Unreadable(`${path} cannot be read (${code}). Check the Secret and its mount.`);
  }
};
