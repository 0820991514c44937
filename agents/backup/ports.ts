import type { BackupType, StanzaInfo } from '@howdah/pgbackrest/info';
import type { MemberRole } from '@howdah/status/backup';

/** What Patroni says of this member. */
export interface PatroniWord {
  readonly role: MemberRole;
  readonly timeline?: number;
}

/** What the server says of itself. */
export interface RecoveryWord {
  readonly inRecovery: boolean;
  /** Of the WAL it writes; absent in recovery. */
  readonly timeline?: number;
}

/** The archiver as pg_stat_archiver shows it; times in seconds since 1970. */
export interface ArchiverWord {
  readonly currentLsn: string | null;
  readonly segmentBytes: number;
  readonly lastArchivedWal: string | null;
  readonly lastArchivedAt: number | null;
  readonly lastFailedWal: string | null;
  readonly lastFailedAt: number | null;
}

/** Patroni on this member; absent with `role.source: postgres`. */
export interface Patroni {
  member(signal: AbortSignal): Promise<PatroniWord>;
}

/** PostgreSQL on this member: one short connection for each question. */
export interface Server {
  recovery(signal: AbortSignal): Promise<RecoveryWord>;
  archiver(signal: AbortSignal): Promise<ArchiverWord>;
}

export interface BackupRequest {
  readonly type: BackupType;
  readonly repo: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly onStart: (pid: number) => void;
}

/** pgBackRest, each command under its deadline. */
export interface Repository {
  /** All repositories, or one. */
  info(signal: AbortSignal, repo?: number): Promise<StanzaInfo>;
  createStanza(signal: AbortSignal): Promise<void>;
  /** Resolves or rejects only when the process has ended. */
  backup(request: BackupRequest, signal: AbortSignal): Promise<void>;
}
