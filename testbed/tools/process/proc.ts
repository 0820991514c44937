import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot at which it started: field 22 of /proc/<pid>/stat, see proc(5). */
  readonly startTicks: number;
}

/** The start time in one line of /proc/<pid>/stat; undefined for a zombie, which is gone in all but name. */
export const startTicksOf = (stat: string): number | undefined => {
  // The second field is the command in parentheses and may hold blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : Number(fields[19]);
};

/** The process that has `pid` now, or undefined. */
export const identify = (pid: number): ProcessIdentity | undefined => {
  try {
    const startTicks = startTicksOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return startTicks === undefined ? undefined : { pid, startTicks };
  } catch {
    return undefined;
  }
};

/** Whether exactly this process still runs. */
export const isAlive = (identity: ProcessIdentity): boolean =>
  identify(identity.pid)?.startTicks === identity.startTicks;
