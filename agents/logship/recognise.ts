import { matchesFingerprint } from './fingerprint.ts';
import { type FilePosition, identityOf, type LogFile } from './model.ts';

/** A file of the directory, and the first bytes of it. */
export interface SeenFile {
  readonly file: LogFile;
  readonly head: Uint8Array;
}

/**
 * What a file is to us:
 * - `known`: read on at the position. A file that is shorter than it was, yet begins the same, has lost its
 *   end (a power failure): what was there is counted, so reading goes on at the new end.
 * - `new`: read from the beginning. Also what a truncated and rewritten file is, or another one that was
 *   given a used inode number.
 * - `copy` of a file that is still there: not read, for each of its records was.
 */
export type Recognised =
  | {
      readonly kind: 'known';
      readonly file: LogFile;
      readonly position: FilePosition;
      readonly shrunk: boolean;
    }
  | { readonly kind: 'new'; readonly file: LogFile }
  | { readonly kind: 'copy'; readonly file: LogFile; readonly of: string };

/**
 * Which of the positions belongs to which file. The inode is only a hint: it is given out again, and changes
 * with a restored volume; the first record decides. Each position is claimed once: by the same inode, else by
 * the same name, else by whoever has that first record (copytruncate leaves the read part in the copy).
 *
 * @param known positions that a seen file may claim
 * @param unchanged positions of files that were not looked into, for nothing about them has changed
 */
export const recognise = (
  seen: readonly SeenFile[],
  known: readonly FilePosition[],
  unchanged: readonly FilePosition[] = [],
): Recognised[] => {
  const claims = new Map<SeenFile, FilePosition>();
  const free = new Set(known);
  const claim = (like: (file: LogFile, position: FilePosition) => boolean) => {
    for (const one of seen) {
      if (claims.has(one)) continue;
      for (const position of free) {
        if (!like(one.file, position) || !matchesFingerprint(position.fingerprint, one.head)) continue;
        claims.set(one, position);
        free.delete(position);
        break;
      }
    }
  };
  claim((file, position) => identityOf(file) === identityOf(position));
  claim((file, position) => file.name === position.name);
  claim(() => true);
  return seen.map((one) => {
    const position = claims.get(one);
    if (position === undefined) return newOrCopy(one, [...claims.values(), ...unchanged]);
    const shrunk = one.file.sizeBytes < position.offsetBytes;
    const { name, device, inode, sizeBytes } = one.file;
    const offsetBytes = shrunk ? sizeBytes : position.offsetBytes;
    return {
      kind: 'known',
      file: one.file,
      position: { ...position, name, device, inode, offsetBytes },
      shrunk,
    };
  });
};

const newOrCopy = ({ file, head }: SeenFile, claimed: readonly FilePosition[]): Recognised => {
  const original = claimed.find(({ fingerprint }) => matchesFingerprint(fingerprint, head));
  return original === undefined ? { kind: 'new', file } : { kind: 'copy', file, of: original.name };
};
