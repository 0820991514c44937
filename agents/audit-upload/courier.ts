import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import type { PutOutcome } from '@howdah/objectstore/store';
import type { Backlog } from './backlog.ts';
import type { ChainDirectory } from './chain-directory.ts';
import { auditErrors } from './errors.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { type Manifest, parseManifest, sha256Of } from './manifest.ts';
import type { NextWait } from './model.ts';
import { manifestKey } from './name.ts';
import type { ProofOutcome } from './prove.ts';
import type { Stages } from './stages.ts';
import type { Trouble } from './trouble.ts';

export interface CourierInput {
  readonly stages: Stages;
  readonly directory: ChainDirectory;
  readonly ledger: Ledger;
  readonly backlog: Backlog;
  readonly prefix: string;
  readonly clock: Clock;
  readonly trouble: Trouble;
  readonly onUpload: (outcome: PutOutcome['outcome'] | 'failed') => void;
  readonly onProof: (outcome: ProofOutcome['outcome'] | 'failed') => void;
  /** A segment and its manifest were read back and stand in the ledger. */
  readonly onProven: (entry: LedgerEntry) => void;
}

/** Without anything sealed; the collector wakes the courier when there is. */
const idleMs = 60_000;

/** upload → prove → ledger → prune: one segment after the other, in the order of the chain. */
export class Courier {
  readonly #input: CourierInput;

  constructor(input: CourierInput) {
    this.#input = input;
  }

  async cycle(signal: AbortSignal): Promise<NextWait> {
    const { backlog, trouble } = this.#input;
    const { first } = backlog;
    if (first === undefined) return { waitMs: idleMs };
    try {
      await this.#deliver(first.sequence, signal);
      trouble.over();
      return { waitMs: 0 };
    } catch (error) {
      if (signal.aborted) throw error;
      return { waitMs: trouble.failed(error) };
    }
  }

  /** Delivers all that is sealed, until the first failure. */
  async finish(signal: AbortSignal): Promise<void> {
    const { backlog, trouble } = this.#input;
    while (backlog.first !== undefined) {
      signal.throwIfAborted();
      await this.cycle(signal);
      if (trouble.message !== undefined) return;
    }
  }

  async #deliver(sequence: number, signal: AbortSignal): Promise<void> {
    const { stages, directory, ledger, backlog, prefix, clock, onProven } = this.#input;
    const bytes = await stages.readManifest(directory, sequence);
    const manifest = understood(bytes, directory.manifest(sequence));
    const { segment, chain, records } = manifest;
    const manifestSha256 = sha256Of(bytes);
    const placeOfManifest = manifestKey(prefix, chain, sequence);
    if (ledger.head?.sequence !== sequence) {
      await this.#counted(stages.uploadSegment(directory, manifest, signal));
      const proof = await this.#countedProof(stages.prove(segment.key, segment.sha256, signal));
      if (proof.outcome !== 'proven') throw notProven(segment.key, segment.sha256, proof);
      const put = await this.#counted(stages.uploadManifest(manifest, bytes, signal));
      const seen = await this.#countedProof(stages.prove(placeOfManifest, manifestSha256, signal));
      if (seen.outcome === 'differs' && put.outcome === 'exists') throw conflict(placeOfManifest);
      if (seen.outcome !== 'proven') throw notProven(placeOfManifest, manifestSha256, seen);
      const entry: LedgerEntry = {
        format: 1,
        sequence,
        provenAt: clock.now().toISOString(),
        segment: { key: segment.key, bytes: segment.bytes, sha256: segment.sha256 },
        manifest: { key: placeOfManifest, sha256: manifestSha256 },
        records,
        recordsTotal: (ledger.head?.recordsTotal ?? 0) + records,
      };
      await stages.record(ledger, entry);
      onProven(entry);
    }
    // A failed removal is tried again by the next cycle, which finds the segment in the ledger.
    await stages.prune(directory, sequence);
    backlog.shift();
  }

  #counted(putting: Promise<PutOutcome>): Promise<PutOutcome> {
    return counted(putting, this.#input.onUpload);
  }

  #countedProof(proving: Promise<ProofOutcome>): Promise<ProofOutcome> {
    return counted(proving, this.#input.onProof);
  }
}

const counted = async <Outcome extends { readonly outcome: string }>(
  doing: Promise<Outcome>,
  count: (outcome: Outcome['outcome'] | 'failed') => void,
): Promise<Outcome> => {
  try {
    const outcome = await doing;
    count(outcome.outcome);
    return outcome;
  } catch (error) {
    count('failed');
    throw error;
  }
};

const understood = (bytes: Buffer, path: string): Manifest => {
  const parsed = parseManifest(bytes);
  if (!parsed.ok) throw new HowdahError(auditErrors.stateDamaged, `${path}: ${parsed.problem}`);
  return parsed.manifest;
};

const notProven = (key: string, sha256: string, proof: ProofOutcome): HowdahError =>
  new HowdahError(
    auditErrors.notProven,
    proof.outcome === 'differs'
      ? `${key} read back has ${proof.found.bytes} bytes and sha256 ${proof.found.sha256}, expected was ${sha256}`
      : `${key} was accepted by the store, and is not there`,
  );

const conflict = (key: string): HowdahError =>
  new HowdahError(auditErrors.chainConflict, `${key} is there already, with other content`);
