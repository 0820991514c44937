import { join } from 'node:path';
import { sequenceText } from './name.ts';

/** Where one chain keeps what is not yet proven to be in the store, below the agent's state directory. */
export interface ChainDirectory {
  readonly path: string;
  readonly sealed: string;
  readonly ledger: string;
  openSegment(sequence: number): string;
  segment(sequence: number): string;
  manifest(sequence: number): string;
}

export const chainDirectory = (stateDir: string, chain: string): ChainDirectory => {
  const path = join(stateDir, 'chains', chain);
  const sealed = join(path, 'sealed');
  return {
    path,
    sealed,
    ledger: join(path, 'ledger.jsonl'),
    openSegment: (sequence) => join(path, `open-${sequenceText(sequence)}.jsonl`),
    segment: (sequence) => join(sealed, `${sequenceText(sequence)}.jsonl.gz`),
    manifest: (sequence) => join(sealed, `${sequenceText(sequence)}.manifest.json`),
  };
};

/** The number in the name of a file of {@link ChainDirectory}; undefined for a stranger. */
export const sequenceOfFile = (name: string): number | undefined => {
  const match = /^(?:open-)?(\d{10,})\.(?:jsonl|jsonl\.gz|manifest\.json)$/.exec(name);
  return match === null ? undefined : Number(match[1]);
};
