import { createHash } from 'node:crypto';
import type { ObjectStore } from '@howdah/objectstore/store';
import type { FormerHead } from './manifest.ts';
import type { ChainLink } from './model.ts';
import { chainPrefix } from './name.ts';
import { type Finding, judgeChain, type ReadManifest } from './verify-chain.ts';
import { type ManifestWalk, manifestsByListing, manifestsByNumber } from './verify-walk.ts';

export interface VerifyTarget {
  readonly prefix: string;
  readonly chain: string;
  /**
   * What the newest manifest was known to be at some time, from outside the store: `/status` (chain.head,
   * chain.headHash), the ledger, a printout. Without it nobody can tell that the chain's end was cut off.
   */
  readonly anchor?: ChainLink;
}

/** What walking a chain showed. */
export interface ChainVerdict {
  readonly chain: string;
  /** True when nothing is missing or altered as far as the store itself can show. */
  readonly whole: boolean;
  /** Manifests and segments that were found good. */
  readonly segments: number;
  readonly records: number;
  /** The newest manifest that was found. */
  readonly head?: ChainLink & { readonly sealedAt: string };
  /** The chain that this one continues, as its first manifest says. */
  readonly follows?: FormerHead;
  /** `anchored`: the anchor given is in the chain; `not anchored`: none was given, so a cut end would not show. */
  readonly tail: 'anchored' | 'not anchored';
  /** In the order of the chain: the first names the first that is missing or altered. */
  readonly findings: readonly Finding[];
}

export interface VerifyProgress {
  readonly sequence: number;
  readonly ofSegments: number;
}

/**
 * Reads all manifests of a chain and every segment they name, and checks each against the hash that the next
 * manifest, or its own, has of it. Needs nothing but the store; changes nothing.
 *
 * @throws HowdahError of the store when it cannot be read; what is wrong with the chain is in the verdict
 */
export const verifyChain = async (
  store: ObjectStore,
  target: VerifyTarget,
  signal: AbortSignal,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<ChainVerdict> => {
  const walk = await readManifests(store, target, signal);
  const judged = judgeChain(target, walk);
  const findings: Finding[] = [...judged.findings];
  const bySha256 = new Map(judged.good.map(({ manifest }) => [manifest.segment.sha256, manifest.sequence]));
  let segments = 0;
  let records = 0;
  for (const { manifest } of judged.good) {
    const finding = await checkSegment(store, manifest, bySha256, signal);
    if (finding === undefined) {
      segments += 1;
      records += manifest.records;
    } else findings.push(finding);
    onProgress({ sequence: manifest.sequence, ofSegments: judged.good.length });
  }
  findings.sort((a, b) => a.sequence - b.sequence);
  return {
    chain: target.chain,
    whole: findings.length === 0 && walk.manifests.length > 0,
    segments,
    records,
    ...(judged.head === undefined ? {} : { head: judged.head }),
    ...(judged.follows === undefined ? {} : { follows: judged.follows }),
    tail: target.anchor === undefined ? 'not anchored' : 'anchored',
    findings:
      walk.manifests.length === 0 && findings.length === 0
        ? [
            {
              sequence: 1,
              key: chainPrefix(target.prefix, target.chain),
              problem: 'chain-missing',
              message: `there is no chain ${target.chain} below ${target.prefix}`,
            },
          ]
        : findings,
  };
};

/** The chains below `prefix`, in the order of their names; undefined when the store cannot list. */
export const listChains = async (
  store: ObjectStore,
  prefix: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> => {
  const chains = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await store.list(`${prefix}/`, cursor, signal);
    if (page.outcome === 'unsupported') return undefined;
    for (const key of page.keys) {
      // A chain's manifests lie directly in its folder: <prefix>/<chain>/<sequence>.manifest.json.
      const [chain, name, ...deeper] = key.slice(prefix.length + 1).split('/');
      if (chain !== undefined && deeper.length === 0 && name?.endsWith('.manifest.json')) chains.add(chain);
    }
    cursor = page.next;
  } while (cursor !== undefined);
  return [...chains].sort();
};

const readManifests = async (
  store: ObjectStore,
  { prefix, chain, anchor }: VerifyTarget,
  signal: AbortSignal,
): Promise<ManifestWalk> =>
  (await manifestsByListing(store, prefix, chain, signal)) ??
  manifestsByNumber(store, prefix, chain, anchor?.sequence ?? 0, signal);

const checkSegment = async (
  store: ObjectStore,
  { sequence, segment, records, first, last }: ReadManifest['manifest'],
  bySha256: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<Finding | undefined> => {
  const holds = `${records} records, ${first.logTime ?? first.file} to ${last.logTime ?? last.file}`;
  const about = { sequence, key: segment.key };
  const object = await store.get(segment.key, signal);
  if (object.outcome === 'absent')
    return { ...about, problem: 'segment-missing', message: `segment ${sequence} is missing (${holds})` };
  const hash = createHash('sha256');
  for await (const chunk of object.body) hash.update(chunk);
  const found = hash.digest('hex');
  if (found === segment.sha256) return undefined;
  const other = bySha256.get(found);
  return {
    ...about,
    problem: 'segment-altered',
    message:
      other === undefined
        ? `segment ${sequence} was altered (${holds}): its sha256 is ${found}, its manifest says ${segment.sha256}`
        : `segment ${sequence} was swapped (${holds}): in its place lies segment ${other}`,
  };
};
