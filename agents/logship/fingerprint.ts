import { createHash } from 'node:crypto';
import type { Fingerprint } from './model.ts';

/** Enough for log_time, session and most of the first record; read again whenever a file has news. */
export const headBytes = 1024;

/** Of a file whose first frame is `frame`. */
export const fingerprintOf = (frame: Uint8Array): Fingerprint => {
  const head = frame.subarray(0, headBytes);
  return { lengthBytes: head.length, sha256: sha256(head) };
};

/** Whether a file that begins with `head` is the one that the fingerprint was taken of. */
export const matchesFingerprint = (fingerprint: Fingerprint, head: Uint8Array): boolean =>
  head.length >= fingerprint.lengthBytes &&
  sha256(head.subarray(0, fingerprint.lengthBytes)) === fingerprint.sha256;

/**
 * The same for the same record whenever it is read, different for every other one: so that a store can
 * drop what it already has.
 */
export const recordId = (fingerprint: Fingerprint, offsetBytes: number): string =>
  `${fingerprint.sha256.slice(0, 16)}-${offsetBytes}`;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
