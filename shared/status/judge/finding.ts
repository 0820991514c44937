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

/** What is true of one member and may be of others in the same words. */
export interface MemberFinding {
  readonly level: Level;
  readonly area: Area;
  /** What it is, without whose: `pending-restart`. */
  readonly kind: string;
  readonly member: string;
  /** The sentence about `who`: one member's name, or several. */
  readonly says: (who: string, several: boolean) => string;
  readonly todo: string;
}

/** One finding for all members of which the same is true: three times the same sentence is noise. */
export const gather = (found: readonly MemberFinding[]): readonly Finding[] => {
  const groups = Map.groupBy(found, ({ level, kind, says, todo }) =>
    JSON.stringify([level, kind, says('', true), todo]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { level, area, kind, says, todo } = first;
    const names = group.map(({ member }) => member);
    return [
      {
        level,
        area,
        id: `${kind}/${names.join('+')}`,
        ...(names.length === 1 ? { member: first.member } : {}),
        says: says(listed(names), names.length > 1),
        todo,
      },
    ];
  });
};

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
