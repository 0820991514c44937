/**
 * How much it matters, as a person on call sorts it:
 * - `alarm`: data is, or may soon be, lost or out of reach: get up;
 * - `warning`: a promise is weakened: today;
 * - `notice`: worth knowing, nothing is wrong.
 */
export type Level = 'alarm' | 'warning' | 'notice';

/** What part of the page (and of the table) a finding is about. */
export type Area = 'members' | 'backups' | 'agents' | 'logs' | 'audit' | 'configuration';

/** One thing that somebody should know. */
export interface Finding {
  readonly level: Level;
  readonly area: Area;
  /** Stable while it lasts, so that a page can keep its place: `backup-overdue/nightly`. */
  readonly id: string;
  readonly member?: string;
  /** A whole sentence: who, what, and since when. */
  readonly says: string;
  /** What to do about it, or where to look; a sentence. */
  readonly todo: string;
}

const ranks: Readonly<Record<Level, number>> = { alarm: 0, warning: 1, notice: 2 };

/** The worst first; within a level the order in which they were found stays. */
export const worstFirst = (findings: readonly Finding[]): readonly Finding[] =>
  findings.toSorted((a, b) => ranks[a.level] - ranks[b.level]);
