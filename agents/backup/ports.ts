import type { BackupType, StanzaInfo } from '@howdah/pgbackrest/info';
import type { VerifyReport } from '@howdah/pgbackrest/verify-report';
import type { Version } from '@howdah/pgbackrest/version';
import type { MemberRole } from '@howdah/status/backup';
import type { WalDirectoryWord } from './archive/wal-directory.ts';

/** What Patroni says of this member. */
export interface PatroniWord {
  readonly role: MemberRole;
  readonly timeline?: number;
  /** Why it is not proven that this member holds the leader lock; absent where it does. */
  readonly withoutLock?: string;
}

/** What the server says of itself. */
export interface RecoveryWord {
  readonly inRecovery: boolean;
  /** Of the WAL it writes; absent in recovery. */
  readonly timeline?: number;
}

/** The archiver as pg_stat_archiver shows it; times in seconds since 1970. What is null on a replica is so together. */
export interface ArchiverWord {
  /** When it was asked, by the server's clock. */
  readonly askedAt: number;
  readonly currentLsn: string | null;
  /** Behind everything committed until `askedAt`, what is not yet written included. */
  readonly insertLsn: string | null;
  /** Of the WAL that it writes. */
  readonly timeline: number | null;
  readonly dataDirectory: string;
  readonly segmentBytes: number;
  readonly lastArchivedWal: string | null;
  readonly lastArchivedAt: number | null;
  readonly lastFailedWal: string | null;
  readonly lastFailedAt: number | null;
}

/** pg_wal of a data directory; rejects where it cannot be seen. */
export interface WalDirectory {
  look(dataDirectory: string, signal: AbortSignal): Promise<WalDirectoryWord>;
}

/** Patroni on this member; absent with `role.source: postgres`. */
export interface Patroni {
  member(signal: AbortSignal): Promise<PatroniWord>;
}

/** Which cluster the server is of, primary and replicas alike. */
export interface ClusterWord {
  /** In decimal. */
  readonly systemIdentifier: string;
  /** e.g. 15 */
  readonly majorVersion: number;
}

/** PostgreSQL on this member: one short connection for each question. */
export interface Server {
  recovery(signal: AbortSignal): Promise<RecoveryWord>;
  archiver(signal: AbortSignal): Promise<ArchiverWord>;
  cluster(signal: AbortSignal): Promise<ClusterWord>;
}

export interface BackupRequest {
  readonly type: BackupType;
  readonly repo: number;
  readonly annotations: Readonly<Record<string, string>>;
  /** Leaves what retention no longer keeps until the next backup. */
  readonly holdRetention: boolean;
  readonly onStart: (pid: number) => void;
}

/** Small texts beside the stanza of one repository, under their keys; every call under its deadline. */
export interface JournalStore {
  /** All keys that begin so. */
  list(prefix: string, signal: AbortSignal): Promise<readonly string[]>;
  /** Undefined where there is none. */
  read(key: string, signal: AbortSignal): Promise<string | undefined>;
  /** False where there is one already; of many who try at once one alone gets true. */
  create(key: string, text: string, signal: AbortSignal): Promise<boolean>;
  replace(key: string, text: string, signal: AbortSignal): Promise<void>;
  remove(key: string, signal: AbortSignal): Promise<void>;
}

/** pgBackRest, each command under its deadline. */
export interface Repository {
  /** All repositories, or one. */
  info(signal: AbortSignal, repo?: number): Promise<StanzaInfo>;
  /** Rejects when the repository does not answer; asks it for far less than `info`. */
  reach(repo: number, signal: AbortSignal): Promise<void>;
  createStanza(signal: AbortSignal): Promise<void>;
  /** Makes the stanza this cluster's, whosever it was. */
  upgradeStanza(signal: AbortSignal): Promise<void>;
  /** Sends a WAL segment the whole way, to every repository. */
  checkStanza(signal: AbortSignal): Promise<void>;
  /** Resolves or rejects only when the process has ended. */
  backup(request: BackupRequest, signal: AbortSignal): Promise<void>;
  /** Stops backups of this member that agents began which were killed; tells how many. */
  stopOrphans(member: string, signal: AbortSignal): Promise<number>;
  /** Removes what retention no longer keeps; or the backup of that label alone, with those that build on it. */
  expire(repo: number, signal: AbortSignal, label?: string): Promise<void>;
}

/** pgBackRest's look at all that a repository holds. */
export interface Verifier {
  version(signal: AbortSignal): Promise<Version>;
  /** Resolves or rejects only when the process has ended. */
  verify(repo: number, signal: AbortSignal): Promise<VerifyReport>;
}

export interface ControlAnswer {
  /** HTTP's status code. */
  readonly code: number;
  readonly body: unknown;
}

/** One question that a person in the pod may ask over the control socket. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** @param body what was sent, parsed as JSON and no further; undefined for GET */
  readonly answer: (body: unknown) => Promise<ControlAnswer>;
}

/** Opens the control socket; resolves with its end. */
export type OpenControl = (routes: readonly ControlRoute[]) => Promise<() => Promise<void>>;

/** One command of `hooks:`. */
export interface Hook {
  /** Where it stands in the configuration, `hooks.before.0`. */
  readonly key: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
}

export interface HookRunner {
  /**
   * Resolves with what the hook said, the last of it. Rejects with HOWDAH_BACKUP_HOOK_FAILED or the signal's reason; in
   * each case only when its process has ended.
   *
   * @param told what it finds in its environment beside what every program needs
   */
  run(hook: Hook, told: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>;
}

/** One database's archive in one repository. */
export interface ArchivePlace {
  readonly repo: number;
  /** e.g. `15-1` */
  readonly archiveId: string;
}

/** The names in a repository's archive, each question under its deadline. */
export interface Archive {
  /** In one directory of it; its own names without `directory`. */
  names(place: ArchivePlace, directory: string | undefined, signal: AbortSignal): Promise<readonly string[]>;
  /** Rejects where the archive has no such file. */
  history(place: ArchivePlace, file: string, signal: AbortSignal): Promise<string>;
}
