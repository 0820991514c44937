import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, createReadStream, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { tailOf } from '@howdah/testbed-tools/process/log-tail';
import { identify, type ProcessIdentity } from '@howdah/testbed-tools/process/proc';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { uplink } from '../addresses.ts';
import { type KubeLayout, passingDirectories } from '../layout.ts';
import type { KubePrograms } from '../programs.ts';
import { layCable } from './cable.ts';
import { writeNodeRecord } from './node-record.ts';

const nodeMain = fileURLToPath(new URL('../node/main.ts', import.meta.url));

/** Much more than it takes: about 20 s on two cores. */
const upWithinMs = 240_000;

/**
 * Starts the node in namespaces of its own (mounts, processes, network, System V objects, host name), with the
 * cable to this machine, and returns once it is up. It goes on when we end.
 */
export const launchNode = async (
  layout: KubeLayout,
  programs: KubePrograms,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> => {
  for (const directory of passingDirectories(layout)) await mkdir(directory, { recursive: true });
  await rm(layout.logs, { recursive: true, force: true });
  await mkdir(layout.logs, { recursive: true });
  const logFile = join(layout.logs, 'node.log');
  const launcher = spawnInNamespaces(join(programs.node, 'pause'), logFile);
  const identity = identityOf(launcher);
  const taken = {
    format: 1,
    launcher: identity,
    hostInterface: uplink.hostInterface,
    cgroup: layout.cgroup,
  } as const;
  writeNodeRecord(layout.node, taken);
  const init = await waitFor('the node’s first process', async () => onlyChildOf(identity.pid), {
    deadlineMs: 10_000,
    signal,
    everyMs: 20,
  });
  writeNodeRecord(layout.node, { ...taken, init });
  await layCable(init.pid);

  const deadline = performance.now() + upWithinMs;
  let shown = 0;
  while (!existsSync(layout.facts)) {
    signal.throwIfAborted();
    shown = await tellFrom(logFile, shown, tell);
    if (launcher.exitCode !== null || performance.now() > deadline) {
      throw new HowdahError(
        errorCatalogue.processFailed,
        `the node did not come up; the end of ${logFile}:\n${await tailOf(logFile, 20)}`,
      );
    }
    await delay(100, undefined, { signal });
  }
  await tellFrom(logFile, shown, tell);
};

const spawnInNamespaces = (init: string, logFile: string): ChildProcess => {
  const log = openSync(logFile, 'a');
  const namespaces = ['--mount', '--pid', '--net', '--ipc', '--uts', '--fork', '--mount-proc'];
  // The node dies with its launcher, so there is no way to lose it.
  const options = [...namespaces, '--kill-child=SIGKILL', '--propagation', 'private'];
  const child = spawn('unshare', [...options, '--', init, process.execPath, nodeMain], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return child;
};

const identityOf = (child: ChildProcess): ProcessIdentity => {
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined)
    throw new HowdahError(errorCatalogue.processFailed, 'unshare could not be started');
  return identity;
};

const onlyChildOf = (pid: number): ProcessIdentity | undefined => {
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return child === undefined || child === '' ? undefined : identify(Number(child));
};

/** Tells the whole lines that were added since `offset`; gives where the next begins. */
const tellFrom = async (path: string, offset: number, tell: (line: string) => void): Promise<number> => {
  let text = '';
  for await (const chunk of createReadStream(path, { start: offset, encoding: 'utf8' })) text += chunk;
  const end = text.lastIndexOf('\n') + 1;
  for (const line of text
    .slice(0, end)
    .split('\n')
    .filter((each) => each !== ''))
    tell(line);
  return offset + Buffer.byteLength(text.slice(0, end));
};
