import type { BackupEntry, BackupStatus } from './backup.ts';
import { type Fleet, type FleetMember, freshness, primaryOf } from './fleet.ts';

/** Whose word on backups counts, and what it says. */
export interface BackupView {
  readonly member: FleetMember;
  readonly detail: BackupStatus;
  /** True when it is the primary's own and fresh; otherwise the best that is known. */
  readonly authoritative: boolean;
}

/**
 * Every member reads the same repositories, but only the primary runs schedules and knows what WAL is at
 * risk. Its word counts; without it, that of the member who answered last.
 */
export const backupView = (fleet: Fleet): BackupView | undefined => {
  const primary = primaryOf(fleet);
  const byPrimary = primary?.agents.answer?.agents.backup?.detail;
  if (primary !== undefined && byPrimary !== undefined && freshness(primary.agents, fleet) === 'fresh')
    return { member: primary, detail: byPrimary, authoritative: true };
  const [best] = fleet.members
    .filter((member) => member.agents.answer?.agents.backup?.detail !== undefined)
    .sort((a, b) => (b.agents.answeredAt ?? '').localeCompare(a.agents.answeredAt ?? ''));
  const detail = best?.agents.answer?.agents.backup?.detail;
  return best === undefined || detail === undefined
    ? undefined
    : { member: best, detail, authoritative: false };
};

/** All backups of all repositories, newest first. */
export const backupsNewestFirst = (detail: BackupStatus): readonly BackupEntry[] =>
  detail.repositories
    .flatMap((repository) => repository.backups)
    .sort((a, b) => Date.parse(b.stoppedAt) - Date.parse(a.stoppedAt));

/** The newest first, but those that are superseded: the cluster that is there now cannot be brought back with one. */
export const usefulNewestFirst = (detail: BackupStatus): readonly BackupEntry[] =>
  backupsNewestFirst(detail).filter(({ superseded }) => superseded !== true);

/** What tells on which others a backup builds. */
export type ChainLink = Pick<BackupEntry, 'label' | 'type' | 'repo' | 'prior'>;

/** Tells on which backups one of `all` builds, oldest first; undefined where that is not known to the end. */
export const chainsIn = (
  all: readonly ChainLink[],
): ((backup: ChainLink) => readonly string[] | undefined) => {
  const keyOf = (repo: number, label: string | undefined) => `${repo} ${label}`;
  const byKey = new Map(all.map((backup) => [keyOf(backup.repo, backup.label), backup]));
  const chains = new Map<ChainLink, readonly string[] | undefined>();
  const chainOf = (backup: ChainLink): readonly string[] | undefined => {
    if (backup.type === 'full') return [];
    if (!chains.has(backup)) {
      const before = byKey.get(keyOf(backup.repo, backup.prior));
      const rest = before === undefined ? undefined : chainOf(before);
      chains.set(backup, before === undefined || rest === undefined ? undefined : [...rest, before.label]);
    }
    return chains.get(backup);
  };
  return chainOf;
};

/** Labels of all backups that a restore of this one needs; undefined where nobody tells. */
export const referencesOf = (
  backup: BackupEntry,
  all: readonly BackupEntry[],
): readonly string[] | undefined => backup.references ?? chainsIn(all)(backup);

/**
 * The backups that build on this one: pgBackRest expires them with it, whatever files of it they still use
 * (infoBackupDataDependentList in its src/info/infoBackup.c).
 */
export const dependentsOf = <Link extends ChainLink>(
  { label, repo }: ChainLink,
  all: readonly Link[],
): readonly Link[] => {
  const chainOf = chainsIn(all);
  return all.filter((backup) => backup.repo === repo && chainOf(backup)?.includes(label) === true);
};

export interface DueTime {
  readonly scheduleId: string;
  readonly type: BackupEntry['type'];
  readonly timeZone: string;
  readonly at: string;
}

/** The due times to come of all schedules, soonest first. */
export const dueTimes = (detail: BackupStatus): readonly DueTime[] =>
  detail.schedules
    .flatMap(({ id, type, timeZone, nextDue }) =>
      nextDue.map((at) => ({ scheduleId: id, type, timeZone, at })),
    )
    .sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
