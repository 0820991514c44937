import type { RunOutcome } from '@howdah/status/backup';
import type { PlannedRun } from '../plan.ts';

export interface HookSubject {
  readonly stanza: string;
  readonly member: string;
  readonly run: PlannedRun;
  /** Before the backup there is none. */
  readonly outcome?: RunOutcome;
}

/** A reason may hold pages of a store's words; an environment has room for 128 KiB in each variable. */
const longestReason = 2_000;

/** What a hook is told, all of it in variables that begin with `HOWDAH_BACKUP_`. */
export const hookEnvironment = ({
  stanza,
  member,
  run: { due },
  outcome,
}: HookSubject): Readonly<Record<string, string>> => ({
  HOWDAH_BACKUP_WHEN: outcome === undefined ? 'before' : 'after',
  HOWDAH_BACKUP_STANZA: stanza,
  HOWDAH_BACKUP_MEMBER: member,
  HOWDAH_BACKUP_SCHEDULE: due.scheduleId,
  HOWDAH_BACKUP_TYPE: due.type,
  HOWDAH_BACKUP_REPO: String(due.repo),
  HOWDAH_BACKUP_DUE: due.dueAt.toISOString(),
  ...(outcome === undefined ? {} : outcomeVariables(outcome)),
});

/** Empty rather than absent where there is none: a script may ask for them without care. */
const outcomeVariables = ({ outcome, startedAt, endedAt, label = '', reason = '' }: RunOutcome) => ({
  HOWDAH_BACKUP_OUTCOME: outcome,
  HOWDAH_BACKUP_STARTED: startedAt,
  HOWDAH_BACKUP_ENDED: endedAt,
  HOWDAH_BACKUP_LABEL: label,
  HOWDAH_BACKUP_REASON: reason.replaceAll('\0', '').slice(0, longestReason),
});
