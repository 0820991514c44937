import type { ClusterWord } from '../ports.ts';
import type { StanzaJudgement } from './stanza-judgement.ts';
import type { RepositoryView } from './views.ts';

/** Who else sees a volume: `unknown` while others may have yet to say so. */
export type Sharing = 'shared' | 'unknown' | 'alone';

/** What is known of the cluster and of its volumes. */
export interface StanzaEvidence {
  readonly cluster: ClusterWord;
  /** Who the stanza was of before a major upgrade, by a person's word. */
  readonly upgradeFrom?: string;
  /** Repositories that are directories, by number; absent where nobody can say who sees one. */
  readonly volumes: ReadonlyMap<number, Sharing | undefined>;
  /** Volumes on which this member's agents have seen this cluster's stanza, by repository. */
  readonly seen: ReadonlySet<number>;
}

const refused = (because: string, foreign = false): StanzaJudgement => ({
  kind: 'refused',
  because,
  foreign,
});

/** Undefined where nothing can be said: the repository does not answer, and no other cluster's stanza was seen there. */
export const judgeStanza = (view: RepositoryView, evidence: StanzaEvidence): StanzaJudgement | undefined => {
  const { database, repo, reachable, stanzaMissing } = view;
  const owner = database === undefined || stanzaMissing ? undefined : judgeOwner(database, evidence);
  if (owner?.kind === 'refused') return owner;
  if (!reachable) return undefined;
  const sharing = evidence.volumes.get(repo);
  if (sharing === 'alone')
    return refused(
      'no other member sees this volume; mount the same one on all members, or say shared: false',
    );
  if (!stanzaMissing) return owner;
  if (!evidence.volumes.has(repo)) return { kind: 'create' };
  if (evidence.seen.has(repo))
    return refused(
      `the stanza is gone (this member has seen it there); mount the volume, or run pgbackrest stanza-create where it is to begin anew`,
    );
  return sharing === 'unknown'
    ? { kind: 'wait', because: 'no other member has said yet that it sees this volume' }
    : { kind: 'create' };
};

/**
 * Whose it is. pg_upgrade gives a cluster another system identifier, so that after it the cluster cannot be told from
 * any other of a newer version: a person has to say which one it was.
 */
const judgeOwner = (
  { systemIdentifier, postgresVersion }: NonNullable<RepositoryView['database']>,
  { cluster, upgradeFrom }: StanzaEvidence,
): StanzaJudgement | undefined => {
  if (systemIdentifier === undefined) return undefined;
  const version = Number.parseFloat(postgresVersion);
  const isSame = systemIdentifier === cluster.systemIdentifier;
  if (isSame && version === cluster.majorVersion) return { kind: 'ours' };
  const isNewer = cluster.majorVersion > version;
  if (isNewer && (isSame || systemIdentifier === upgradeFrom)) return { kind: 'upgrade' };
  const whose = `the stanza is of PostgreSQL ${postgresVersion} with system identifier ${systemIdentifier}, here is ${cluster.majorVersion} with ${cluster.systemIdentifier}`;
  return refused(
    isNewer
      ? `${whose}; if that is this cluster before its major upgrade, say stanzaUpgradeFrom: "${systemIdentifier}", otherwise give it a stanza or a path of its own`
      : `${whose}; give this cluster a stanza or a path of its own`,
    true,
  );
};

/** The views with what their stanzas are; what another cluster's repository holds is none of this one's backups. */
export const judged = (
  views: readonly RepositoryView[],
  evidence: StanzaEvidence | undefined,
): readonly RepositoryView[] =>
  evidence === undefined
    ? views
    : views.map((view) => {
        const stanza = judgeStanza(view, evidence);
        if (stanza === undefined) return view;
        if (stanza.kind !== 'refused' || !stanza.foreign) return { ...view, stanza };
        const { walMax: _, archive: __, ...rest } = view;
        return { ...rest, stanza, backups: [], archives: [] };
      });
