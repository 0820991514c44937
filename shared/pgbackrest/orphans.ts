import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { PgBackRest } from './run.ts';

const pollMs = 50;

/**
 * Stops backups of this host that nobody watches any more: those of the stanza that carry this annotation, begun by a
 * process that was killed. What a person begins carries none, and another cluster on this host, whose stanza and members
 * may have the same names, has another configuration file. SIGTERM, and SIGKILL after `graceMs`.
 *
 * @returns how many there were; resolves when they have ended
 */
export const stopOrphans = async (
  { stanza, configFile }: Pick<PgBackRest, 'stanza' | 'configFile'>,
  annotation: readonly [key: string, value: string],
  {
    graceMs,
    signal,
    send,
  }: {
    readonly graceMs: number;
    readonly signal: AbortSignal;
    /** To a process that may have ended meanwhile. */
    readonly send: (pid: number, name: NodeJS.Signals) => void;
  },
): Promise<number> => {
  const wanted = [
    ...(configFile === undefined ? [] : [`--config=${configFile}`]),
    ...['backup', `--stanza=${stanza}`, `--annotation=${annotation.join('=')}`],
  ];
  const found = await processesWith(wanted);
  const killAtMs = performance.now() + graceMs;
  let left = found;
  for (const pid of found) send(pid, 'SIGTERM');
  while (left.length > 0) {
    await delay(pollMs, undefined, { signal });
    // Looked up by what they are each time: a number may be another's by then.
    left = (await processesWith(wanted)).filter((pid) => found.includes(pid));
    if (performance.now() > killAtMs) for (const pid of left) send(pid, 'SIGKILL');
  }
  return found.length;
};

/** Process ids of programs with all these arguments, of which we may know the command line. */
const processesWith = async (args: readonly string[]): Promise<readonly number[]> => {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const given = new Set(line.split('\0'));
      return args.every((arg) => given.has(arg)) ? [pid] : [];
    }),
  );
  return found.flat();
};
