import type { ChainLink } from '@howdah/audit-upload/model';
import { type ChainVerdict, listChains, verifyChain } from '@howdah/audit-upload/verify';
import { HowdahError } from '@howdah/core/errors';
import type { ObjectStore } from '@howdah/objectstore/store';
import { cliErrors } from './errors.ts';

/** The head of a chain as it is known outside the store. */
export interface Anchor extends ChainLink {
  /** It is known to lie below the prefix that is walked. */
  readonly here: boolean;
}

/** By the chain's name. */
export type Anchors = ReadonlyMap<string, Anchor>;

export interface AuditQuestion {
  readonly store: ObjectStore;
  readonly prefix: string;
  /** Empty: all that the store holds, and all that agents know. */
  readonly chains: readonly string[];
  readonly anchors: Anchors;
}

export interface AuditVerdict {
  readonly store: string;
  readonly prefix: string;
  readonly whole: boolean;
  readonly chains: readonly ChainVerdict[];
}

/**
 * Walks each chain from its first segment to its head. Rejects with the store's error when it cannot be read,
 * and with HOWDAH_CLI_NO_CHAIN when there is nothing to walk.
 */
export const verifyAudit = async (
  { store, prefix, chains, anchors }: AuditQuestion,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<AuditVerdict> => {
  const names = chains.length > 0 ? chains : await allChains(store, prefix, anchors, signal);
  if (names.length === 0)
    throw new HowdahError(cliErrors.noChain, `there is no chain below ${prefix} in ${store.location}`);
  const verdicts: ChainVerdict[] = [];
  for (const chain of names) {
    const anchor = anchors.get(chain);
    verdicts.push(
      await verifyChain(
        store,
        { prefix, chain, ...(anchor === undefined ? {} : { anchor }) },
        signal,
        ({ sequence, ofSegments }) => onProgress(`${chain}: segment ${sequence} of ${ofSegments}`),
      ),
    );
  }
  return {
    store: store.location,
    prefix,
    whole: verdicts.every(({ whole }) => whole),
    chains: verdicts,
  };
};

/** What agents know counts beside what the store lists: a chain that was deleted whole is still missed. */
const allChains = async (
  store: ObjectStore,
  prefix: string,
  anchors: Anchors,
  signal: AbortSignal,
): Promise<readonly string[]> => {
  const listed = (await listChains(store, prefix, signal)) ?? [];
  const known = [...anchors].filter(([, { here }]) => here).map(([chain]) => chain);
  return [...new Set([...listed, ...known])].sort();
};
