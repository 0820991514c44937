import { readFile } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { runtimeErrors } from './errors.ts';

/** A secret is larger than a password only where it is a key or a certificate; more is a wrong path. */
const largestSecretBytes = 64 * 1024;

/** The absolute path of a file that holds a secret; the configuration never holds the secret itself. */
export const secretFile = (): z.ZodString => z.string().startsWith('/', 'an absolute path').max(4096);

/** The secret in `path` without a line end at its end. Read when it is used, so that a rotated one is seen. */
export const readSecret = async (path: string): Promise<string> => {
  let content: Buffer;
  try {
    content = await readFile(path);
  } catch (error) {
    throw new HowdahError(runtimeErrors.secretUnreadable, `cannot read the secret file ${path}`, {
      cause: error,
    });
  }
  if (content.length > largestSecretBytes)
    throw new HowdahError(
      runtimeErrors.secretUnreadable,
      `${path} is larger than any secret (${content.length} bytes)`,
    );
  const secret = content.toString('utf8').replace(/\r?\n$/, '');
  if (secret === '')
    throw new HowdahError(runtimeErrors.secretUnreadable, `the secret file ${path} is empty`);
  return secret;
};
