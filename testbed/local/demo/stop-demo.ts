import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { goneWithin } from '@howdah/testbed-tools/process/end-process';
import { isAlive } from '@howdah/testbed-tools/process/proc';
import { readRecord } from '@howdah/testbed-tools/process/run-record';
import { stopRun } from '@howdah/testbed-tools/process/stop-run';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import { unlinkDemo } from './files.ts';

/** Longer than the sum of all the stages' deadlines. */
const politeMs = 60_000;

/**
 * Ends the demo of this clone: asks the process in the foreground to, and does it itself where that one
 * is gone. True when there was something to end.
 */
export const stopDemo = async (workspace: Workspace): Promise<boolean> => {
  const record = readRecord(join(workspace.demo, 'run.json'));
  if (record === undefined) return false;
  if (isAlive(record.controller)) {
    process.kill(record.controller.pid, 'SIGTERM');
    if (await goneWithin(record.controller, politeMs)) return true;
  }
  await stopRun(readRecord(join(workspace.demo, 'run.json')) ?? record);
  await rm(workspace.demo, { recursive: true, force: true });
  await unlinkDemo(workspace);
  return true;
};
