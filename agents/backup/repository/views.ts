import type { Backup, StanzaDatabase, StanzaInfo, WalArchive } from '@howdah/pgbackrest/info';
import { timelineOf } from '../wal.ts';
import type { StanzaJudgement } from './stanza-judgement.ts';
import type { Superseded } from './superseded.ts';

/** A backup, and what the cluster's present timeline makes of it. */
export interface SeenBackup extends Backup {
  /** Absent when it lies on the present line, or nobody can say. */
  readonly superseded?: Superseded;
}

/** What this member knows of one repository. */
export interface RepositoryView {
  readonly repo: number;
  /** False when it was asked and did not answer; the backups are then those last seen. */
  readonly reachable: boolean;
  /** pgBackRest has no stanza there yet. */
  readonly stanzaMissing: boolean;
  /** A directory of this member's own: the others have another one, or none. */
  readonly ownCopy?: true;
  /** Whose the stanza is: that of the database it was last made or upgraded for. */
  readonly database?: Omit<StanzaDatabase, 'repo'>;
  /** What that is to this cluster; absent where nobody can say yet. */
  readonly stanza?: StanzaJudgement;
  /** Why it is not reachable, or what else pgBackRest says of it. */
  readonly message?: string;
  readonly checkedAt: Date;
  readonly backups: readonly SeenBackup[];
  /** The WAL it holds: one archive for each database id, the newest first. */
  readonly archives: readonly Archive[];
  /** The newest WAL segment in the newest archive. */
  readonly walMax?: string;
  /** The archive that it is in. */
  readonly archive?: { readonly archiveId: string; readonly databaseId: number };
}

export type Archive = Omit<WalArchive, 'repo'>;

/** Labels of the backups in a repository that are superseded. */
export const supersededIn = (views: readonly RepositoryView[], repo: number): ReadonlySet<string> =>
  new Set(
    viewIn(views, repo)
      ?.backups.filter(({ superseded }) => superseded !== undefined)
      .map(({ label }) => label),
  );

/** One look at all repositories: what pgBackRest showed, or why it showed nothing. */
export type Reading =
  | { readonly at: Date; readonly info: StanzaInfo }
  | { readonly at: Date; readonly failure: string };

/** Status codes of `pgbackrest info` with which a repository is readable. */
const readable = { ok: 0, missingStanzaPath: 1, noBackups: 2, missingStanzaData: 3 } as const;

/**
 * What is known after one more look. A repository that does not answer keeps the backups it was last seen
 * to have: they have not gone, and alarms on their age must go on.
 *
 * @param configured repositories that schedules name; each gets a view, even one pgbackrest.conf lacks
 */
export const viewsAfter = (
  previous: readonly RepositoryView[],
  reading: Reading,
  configured: readonly number[],
): readonly RepositoryView[] => {
  const shown = 'info' in reading ? reading.info.repositories.map(({ repo }) => repo) : [];
  const repos = [...new Set([...configured, ...previous.map(({ repo }) => repo), ...shown])];
  return repos.toSorted((a, b) => a - b).map((repo) => viewAfter(repo, viewIn(previous, repo), reading));
};

const viewAfter = (repo: number, previous: RepositoryView | undefined, reading: Reading): RepositoryView => {
  const unreachable = (message: string): RepositoryView => ({
    repo,
    reachable: false,
    stanzaMissing: false,
    message,
    ...(previous?.database === undefined ? {} : { database: previous.database }),
    checkedAt: reading.at,
    backups: previous?.backups ?? [],
    archives: previous?.archives ?? [],
    ...(previous?.walMax === undefined ? {} : { walMax: previous.walMax }),
    ...(previous?.archive === undefined ? {} : { archive: previous.archive }),
  });
  if ('failure' in reading) return unreachable(reading.failure);
  const { info } = reading;
  const shown = info.repositories.find((one) => one.repo === repo);
  if (shown === undefined) return unreachable(`pgbackrest.conf has no repo${repo}`);
  const { code, message } = shown.status;
  if (!(Object.values(readable) as number[]).includes(code)) return unreachable(message);
  const archives = archivesOf(info, repo);
  const [newest] = archives;
  const walMax = newest?.walMax;
  return {
    repo,
    reachable: true,
    stanzaMissing: code === readable.missingStanzaPath || code === readable.missingStanzaData,
    ...(code === readable.ok ? {} : { message }),
    ...databaseOf(info, repo),
    checkedAt: reading.at,
    backups: info.backups.filter((backup) => backup.repo === repo),
    archives,
    ...(walMax === undefined ? {} : { walMax }),
    ...(newest === undefined ? {} : { archive: archiveOf(newest) }),
  };
};

const databaseOf = (info: StanzaInfo, repo: number): Pick<RepositoryView, 'database'> => {
  const [newest] = info.databases
    .filter((database) => database.repo === repo)
    .toSorted((a, b) => b.databaseId - a.databaseId);
  if (newest === undefined) return {};
  const { repo: _, ...database } = newest;
  return { database };
};

/** pgBackRest names an archive by version and database id. */
const archiveOf = ({ postgresVersion, databaseId }: Archive) => ({
  archiveId: `${postgresVersion}-${databaseId}`,
  databaseId,
});

/** A repository keeps the archives of former major versions, under lower ids. */
const archivesOf = (info: StanzaInfo, repo: number): readonly Archive[] =>
  info.archives
    .filter((archive) => archive.repo === repo)
    .toSorted((a, b) => b.databaseId - a.databaseId)
    .map(({ repo: _, ...archive }) => archive);

/** What is known of one repository; undefined where nobody has looked, or it is none of ours. */
export const viewIn = (views: readonly RepositoryView[], repo: number): RepositoryView | undefined =>
  views.find((view) => view.repo === repo);

/**
 * The newest timeline of which a repository holds anything. A server on an older one is a former primary,
 * whatever it thinks of itself.
 */
export const newestTimeline = (views: readonly RepositoryView[]): number | undefined => {
  const timelines = views
    .flatMap((view) => [view.walMax, view.backups.at(-1)?.walStop])
    .map((wal) => (wal === undefined ? undefined : timelineOf(wal)))
    .filter((timeline) => timeline !== undefined);
  return timelines.length === 0 ? undefined : Math.max(...timelines);
};
