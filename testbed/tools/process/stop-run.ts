import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcess } from './end-process.ts';
import { identify, type ProcessIdentity } from './proc.ts';
import type { RecordedProcess, RunRecord } from './run-record.ts';
import { unmount } from './tmpfs.ts';

/** The recorded processes in the order in which they are to end: groups one after the other. */
export const stopOrder = (processes: readonly RecordedProcess[]): readonly (readonly RecordedProcess[])[] => {
  const stages = [...new Set(processes.map((process) => process.stage))].sort((a, b) => a - b);
  return stages.map((stage) => processes.filter((process) => process.stage === stage));
};

/** Ends all that `record` names and gives back mounts and temporary directories. Safe to repeat. */
export const stopRun = async (record: RunRecord): Promise<void> => {
  const postmasters = record.dataDirectories.flatMap(postmasterOf);
  for (const group of stopOrder(record.processes)) {
    await Promise.all(
      group.map((process) => endProcess(process, process.stopSignal, process.stopDeadlineMs)),
    );
    // PostgreSQL ends with its Patroni; what a killed Patroni left behind must go before etcd and stores do.
    if (group.some((process) => process.id.startsWith('patroni/'))) await endPostmasters(postmasters);
  }
  await endPostmasters(postmasters);
  for (const path of record.mounts) await unmount(path);
  for (const path of record.temporary) await rm(path, { recursive: true, force: true });
};

/** SIGQUIT is PostgreSQL's immediate shutdown: no waiting for an archiver whose store may be gone. */
const endPostmasters = (postmasters: readonly ProcessIdentity[]): Promise<unknown> =>
  Promise.all(postmasters.map((postmaster) => endProcess(postmaster, 'SIGQUIT', 10_000)));

/** The running postmaster of a data directory, as at most one element. */
const postmasterOf = (dataDirectory: string): ProcessIdentity[] => {
  try {
    const pid = Number(readFileSync(join(dataDirectory, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
    // After a crash the file stays while its number may belong to another program by now.
    const ours = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDirectory);
    const identity = ours ? identify(pid) : undefined;
    return identity === undefined ? [] : [identity];
  } catch {
    return [];
  }
};
