import { rm } from 'node:fs/promises';
import { endProcess } from '@howdah/testbed-tools/process/end-process';
import { type KubeLayout, passingDirectories } from '../layout.ts';
import { removeCgroups } from '../node/cgroups.ts';
import { removeCable } from './cable.ts';
import { readNodeRecord } from './node-record.ts';

/** Its parts end in order within this time; what is left then, the kernel ends with the namespace. */
const stopDeadlineMs = 45_000;

/**
 * Ends the node of this clone, whoever started it, and gives back all that it has taken. Images stay, so that
 * the next start need not load them again. Safe to repeat.
 *
 * @returns false when there was none.
 */
export const endNode = async (layout: KubeLayout): Promise<boolean> => {
  const record = readNodeRecord(layout.node);
  if (record === undefined) return false;
  if (record.init !== undefined) await endProcess(record.init, 'SIGTERM', stopDeadlineMs);
  await endProcess(record.launcher, 'SIGKILL', 5_000);
  await removeCable();
  await removeCgroups(record.cgroup);
  const files = [layout.facts, layout.controlSocket, layout.record, layout.kubeconfig];
  for (const path of [...passingDirectories(layout), ...files])
    await rm(path, { recursive: true, force: true });
  await rm(layout.node, { force: true });
  return true;
};
