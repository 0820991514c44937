import { spawn } from 'node:child_process';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue as toolErrors } from '@howdah/testbed-tools/errors';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import { findFacts } from './files.ts';
import { requireNoOther } from './run-demo.ts';

/**
 * Starts the demo in the background, shows what it tells until it is up, and leaves it running.
 *
 * @returns the file in which it goes on telling.
 */
export const startDetached = async (workspace: Workspace, devScript: string): Promise<string> => {
  requireNoOther(workspace);
  const logFile = join(workspace.clone, '.dev', 'demo.log');
  await mkdir(join(workspace.clone, '.dev'), { recursive: true });
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [devScript, 'demo'], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  let shown = 0;
  for (;;) {
    shown = await showFrom(logFile, shown);
    if (ended)
      throw new HowdahError(toolErrors.processFailed, `the demo ended; what it said stands in ${logFile}`);
    if ((await findFacts(workspace)) !== undefined) return logFile;
    await delay(200);
  }
};

/** Copies what was added to the file since `offset` to our own output. */
const showFrom = async (path: string, offset: number): Promise<number> => {
  let end = offset;
  for await (const chunk of createReadStream(path, { start: offset })) {
    process.stdout.write(chunk as Buffer);
    end += (chunk as Buffer).length;
  }
  return end;
};
