import type { FormerHead, Manifest } from './manifest.ts';
import type { ChainLink } from './model.ts';
import { manifestKey } from './name.ts';

export type FindingProblem =
  | 'chain-missing'
  | 'manifest-missing'
  | 'manifest-altered'
  | 'manifest-unreadable'
  | 'segment-missing'
  | 'segment-altered'
  | 'tail-missing';

export interface Finding {
  /** Number of the segment or manifest concerned. */
  readonly sequence: number;
  readonly key: string;
  readonly problem: FindingProblem;
  /** For a person. */
  readonly message: string;
}

/** A manifest as it was read from the place of number `sequence`. */
export interface ReadManifest {
  readonly sequence: number;
  readonly sha256: string;
  readonly manifest: Manifest;
}

export interface UnreadableManifest {
  readonly sequence: number;
  readonly sha256: string;
  readonly problem: string;
}

export interface JudgeInput {
  readonly manifests: readonly (ReadManifest | UnreadableManifest)[];
}

export interface Judgement {
  readonly findings: readonly Finding[];
  /** Manifests whose own content is not in doubt: their segments are worth checking. */
  readonly good: readonly ReadManifest[];
  readonly head?: ChainLink & { readonly sealedAt: string };
  readonly follows?: FormerHead;
}

/**
 * Checks manifests against each other: numbers without gap from 1, each naming its own number and chain, each
 * holding the hash of the one before, and the anchor's number having the anchor's hash.
 *
 * @param walk manifests in the order of their numbers
 */
export const judgeChain = (
  { prefix, chain, anchor }: { readonly prefix: string; readonly chain: string; readonly anchor?: ChainLink },
  { manifests }: JudgeInput,
): Judgement => {
  const findings: Finding[] = [];
  const good: ReadManifest[] = [];
  const note = (sequence: number, problem: FindingProblem, message: string) =>
    findings.push({ sequence, key: manifestKey(prefix, chain, sequence), problem, message });
  let expected = 1;
  let before: ReadManifest | undefined;
  /** The one before is there and its bytes are its own, so the link to it can be checked. */
  let linked = true;
  for (const entry of manifests) {
    if (entry.sequence > expected) note(expected, 'manifest-missing', missing(expected, entry.sequence - 1));
    if (entry.sequence > expected) linked = false;
    expected = entry.sequence + 1;
    if ('problem' in entry) {
      linked = false;
      note(entry.sequence, 'manifest-unreadable', `manifest ${entry.sequence} was altered: ${entry.problem}`);
    } else if (entry.manifest.sequence !== entry.sequence || entry.manifest.chain !== chain) {
      const { manifest } = entry;
      linked = false;
      note(
        entry.sequence,
        'manifest-altered',
        `in the place of manifest ${entry.sequence} lies that of number ${manifest.sequence} of chain ${manifest.chain}`,
      );
    } else {
      const broken = linked ? brokenLink(entry, before) : undefined;
      if (broken !== undefined) note(broken.sequence, 'manifest-altered', broken.message);
      good.push(entry);
      before = entry;
      linked = true;
    }
  }
  const head = manifests.at(-1);
  if (anchor !== undefined) checkAnchor(anchor, manifests, note);
  const follows = good[0]?.manifest.follows;
  return {
    findings,
    good,
    ...(follows === undefined ? {} : { follows }),
    ...(head === undefined || 'problem' in head
      ? {}
      : { head: { sequence: head.sequence, sha256: head.sha256, sealedAt: head.manifest.sealedAt } }),
  };
};

/** Which of two neighbours was altered: the earlier one's bytes no longer hash to what the later one wrote down. */
const brokenLink = (
  entry: ReadManifest,
  before: ReadManifest | undefined,
): { readonly sequence: number; readonly message: string } | undefined => {
  const { previous, sequence } = entry.manifest;
  if (before === undefined) {
    return previous === null
      ? undefined
      : { sequence, message: `manifest ${sequence} is the first here and names one before it: altered` };
  }
  if (previous?.sequence === before.sequence && previous.sha256 === before.sha256) return undefined;
  return {
    sequence: before.sequence,
    message: `manifest ${before.sequence} was altered, or manifest ${sequence}: the hash that ${sequence} holds of it is another`,
  };
};

const checkAnchor = (
  anchor: ChainLink,
  manifests: JudgeInput['manifests'],
  note: (sequence: number, problem: FindingProblem, message: string) => unknown,
): void => {
  const anchored = manifests.find(({ sequence }) => sequence === anchor.sequence);
  const last = manifests.at(-1)?.sequence ?? 0;
  if (anchored === undefined) {
    // A hole before the end is told already.
    if (anchor.sequence > last)
      note(last + 1, 'tail-missing', `the end was cut off: ${missing(last + 1, anchor.sequence)}`);
  } else if (anchored.sha256 !== anchor.sha256) {
    note(anchor.sequence, 'manifest-altered', `manifest ${anchor.sequence} is not the one that was anchored`);
  }
};

const missing = (from: number, to: number): string =>
  from === to ? `manifest ${from} is missing` : `manifests ${from} to ${to} are missing`;
