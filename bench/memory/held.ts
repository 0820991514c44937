import { readFile } from 'node:fs/promises';

/** What one process holds, in MiB. */
export interface Held {
  /** Pages of its own: what a pod really adds. */
  readonly anonymousMiB: number;
  /** With the pages it shares, Node's binary above all. */
  readonly residentMiB: number;
}

/** From /proc/<pid>/smaps_rollup (proc(5)). */
export const heldBy = async (pid: number): Promise<Held> => {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kibibytes = (field: string): number => {
    const match = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text);
    if (match === null) throw new Error(`smaps_rollup of ${pid} has no ${field}`);
    return Number(match[1]);
  };
  return { anonymousMiB: kibibytes('Anonymous') / 1024, residentMiB: kibibytes('Rss') / 1024 };
};

/** CPU seconds (user and system) that the process has used, from /proc/<pid>/stat. */
export const cpuSecondsOf = async (pid: number): Promise<number> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Fields 14 and 15 of proc(5), in clock ticks of which Linux shows user space 100 a second.
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};
