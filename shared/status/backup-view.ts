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
