import { readdir, readFile } from 'node:fs/promises';
import { identify, isAlive, type ProcessIdentity } from '@howdah/testbed-tools/process/proc';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import type { Pod } from '../patroni/pods.ts';

/**
 * Kills -9 the first process of a container, and with it all others of the container; returns once it is gone. From
 * inside nobody can: the kernel drops SIGKILL from a process to the first of its own namespace (pid_namespaces(7)).
 * Needs root on the machine whose kernel runs the container: that of the own cluster, or of kind on Linux.
 */
export const killContainer = async (pod: Pod, container: string, signal: AbortSignal): Promise<void> => {
  const first = await firstProcess(pod, container, signal);
  process.kill(first.pid, 'SIGKILL');
  await waitFor(`${container} of ${pod.name} to be dead`, async () => !isAlive(first), {
    ...{ deadlineMs: 10_000, everyMs: 20, signal },
  });
};

/** The first process of a container, as this machine sees it. */
export const firstProcess = (pod: Pod, container: string, signal: AbortSignal): Promise<ProcessIdentity> => {
  const id = pod.containers[container]?.containerID?.replace(/^\w+:\/\//, '');
  if (id === undefined) throw new Error(`${container} of ${pod.name} has not been started`);
  return waitFor(`the process of ${container} of ${pod.name}`, () => firstProcessOf(id), {
    deadlineMs: 10_000,
    signal,
  });
};

/** Its cgroup ends in the container's id, with cgroup v1 as with v2; in its own namespace it has number 1. */
const firstProcessOf = async (id: string): Promise<ProcessIdentity | undefined> => {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    // Any process may end while we look.
    const read = (name: string) => readFile(`/proc/${entry}/${name}`, 'utf8').catch(() => '');
    if (!(await read('cgroup')).includes(id)) continue;
    if (/^NSpid:.*\t1$/m.test(await read('status'))) return identify(Number(entry));
  }
  return undefined;
};
