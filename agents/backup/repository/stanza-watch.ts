import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { ClusterWord, Server } from '../ports.ts';
import { judged, type Sharing, type StanzaEvidence } from './judge-stanza.ts';
import { refusalOf } from './stanza-judgement.ts';
import type { StanzaMemory } from './stanza-memory.ts';
import type { RepositoryView } from './views.ts';
import type { VolumeMarks } from './volume-marks.ts';
import type { RepositoryWatch } from './watch.ts';

export interface StanzaWatchInput {
  readonly repositories: RepositoryWatch;
  readonly server: Pick<Server, 'cluster'>;
  /** A directory that is the same for all members has marks, one of `shared: false` has none. */
  readonly volumes: ReadonlyMap<number, Pick<VolumeMarks, 'look'> | undefined>;
  /** On which of them the stanza has been seen, by agents before this one too. */
  readonly memory: Pick<StanzaMemory, 'note' | 'recall'>;
  /** Members that run beside this one; undefined where nobody says. */
  readonly others: (signal: AbortSignal) => Promise<readonly string[] | undefined>;
  readonly upgradeFrom?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Knows whose stanzas the repositories have. */
export interface StanzaWatch {
  /** The same repositories, each judged by what was known at the last look. */
  readonly repositories: RepositoryWatch;
  /** Asks the server which cluster it is of, and who else sees the volumes. Never rejects but for an abort. */
  look(signal: AbortSignal): Promise<void>;
}

/** A volume that hangs lets the rest of the look go on. */
const lookDeadlineMs = 5_000;

export const createStanzaWatch = (input: StanzaWatchInput): StanzaWatch => {
  const { repositories, server, volumes, memory, upgradeFrom, logger } = input;
  let cluster: ClusterWord | undefined;
  let sharing: ReadonlyMap<number, Sharing | undefined> = new Map(
    [...volumes.keys()].map((repo) => [repo, undefined]),
  );
  let evidence: StanzaEvidence | undefined;
  let last:
    | { readonly views: readonly RepositoryView[]; readonly evidence: StanzaEvidence | undefined }
    | undefined;
  let answer: readonly RepositoryView[] = [];
  const told = new Map<number, string>();

  const views = (): readonly RepositoryView[] => {
    const now = repositories.views();
    // Others keep what they made of the views until these are others.
    if (last?.views !== now || last.evidence !== evidence) {
      answer = judged(now, evidence).map((view) =>
        volumes.has(view.repo) && volumes.get(view.repo) === undefined ? { ...view, ownCopy: true } : view,
      );
      last = { views: now, evidence };
    }
    return answer;
  };

  const lookAtVolumes = async (systemIdentifier: string, signal: AbortSignal): Promise<void> => {
    const marked = [...volumes].flatMap(([repo, marks]) => (marks === undefined ? [] : [{ repo, marks }]));
    if (marked.length === 0) return;
    const others = await input.others(signal).catch(() => undefined);
    signal.throwIfAborted();
    if (others === undefined) return;
    const found = new Map(sharing);
    for (const { repo, marks } of marked) {
      // Another cluster's may have members of the same names.
      const owner = repositories.views().find((view) => view.repo === repo)?.database?.systemIdentifier;
      if (owner !== undefined && owner !== systemIdentifier && owner !== upgradeFrom) continue;
      // What it was stays, where the volume does not answer: that shows by itself.
      const now = await marks.look(systemIdentifier, others, signal).catch(() => sharing.get(repo));
      found.set(repo, now);
    }
    signal.throwIfAborted();
    sharing = found;
  };

  const tell = (): void => {
    for (const view of views()) {
      const because = refusalOf(view);
      if (because === told.get(view.repo)) continue;
      if (because === undefined) {
        // One that is away is neither.
        if (!view.reachable) continue;
        told.delete(view.repo);
        logger.info({ repo: view.repo }, 'repository is refused no more');
      } else {
        told.set(view.repo, because);
        logger.error({ repo: view.repo, because }, 'repository refused: nothing is written there');
      }
    }
  };

  return {
    repositories: { ...repositories, views },
    look: async (signal) => {
      try {
        const word = await server.cluster(signal);
        cluster = word;
      } catch (error) {
        signal.throwIfAborted();
        // Who does not answer says so elsewhere; what is known of the cluster stays true.
        logger.debug({ error: describeError(error) }, 'which cluster this is could not be asked');
      }
      if (cluster === undefined) return;
      const { systemIdentifier } = cluster;
      const own = repositories
        .views()
        .filter(
          ({ stanzaMissing, database }) => !stanzaMissing && database?.systemIdentifier === systemIdentifier,
        );
      await memory.note(
        systemIdentifier,
        own.map(({ repo }) => repo),
      );
      const limited = AbortSignal.any([signal, AbortSignal.timeout(lookDeadlineMs)]);
      await lookAtVolumes(systemIdentifier, limited).catch(() => signal.throwIfAborted());
      const former = upgradeFrom === undefined ? {} : { upgradeFrom };
      const seen = memory.recall([systemIdentifier, ...Object.values(former)]);
      const next = { cluster, volumes: sharing, seen, ...former };
      if (wordOf(next) !== wordOf(evidence)) evidence = next;
      tell();
    },
  };
};

const wordOf = (evidence: StanzaEvidence | undefined): string =>
  JSON.stringify(evidence, (_, value: unknown) =>
    value instanceof Map || value instanceof Set ? [...value] : value,
  );
