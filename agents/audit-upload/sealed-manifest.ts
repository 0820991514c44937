import { readFile } from 'node:fs/promises';
import { HowdahError } from '@howdah/core/errors';
import type { BacklogEntry } from './backlog.ts';
import type { ChainDirectory } from './chain-directory.ts';
import { auditErrors } from './errors.ts';
import { type Manifest, parseManifest } from './manifest.ts';

/** The manifest of a sealed segment that lies in the state directory. */
export const readManifest = async (directory: ChainDirectory, sequence: number): Promise<Manifest> => {
  const path = directory.manifest(sequence);
  const parsed = parseManifest(
    await readFile(path).catch((cause: unknown) => {
      throw new HowdahError(auditErrors.stateDamaged, `cannot read ${path}`, { cause });
    }),
  );
  if (!parsed.ok) throw new HowdahError(auditErrors.stateDamaged, `${path}: ${parsed.problem}`);
  return parsed.manifest;
};

export const entryOf = (manifest: Manifest): BacklogEntry => ({
  sequence: manifest.sequence,
  bytes: manifest.segment.bytes,
  records: manifest.records,
  since: manifest.collectedSince,
  sealedAt: manifest.sealedAt,
});
