import { join } from 'node:path';
import type { Managed } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { ourselves } from '@howdah/testing/run-as';
import type { NodeContext, Part } from './part.ts';

/** A part that ended by itself is started again, as a node's own supervisor would. */
const restartAfterMs = 500;

/** Starts `part`, or starts it again after it was stopped, and waits until it answers. */
export const runPart = async (context: NodeContext, part: Part, signal: AbortSignal): Promise<Managed> => {
  const { supervisor, layout } = context;
  const known = supervisor.get(part.id);
  known?.start();
  const managed =
    known ??
    (await supervisor.start({
      id: part.id,
      stage: part.stage,
      user: ourselves(),
      ...(await part.prepare(context)),
      logFile: join(layout.logs, `${part.id}.log`),
      restartAfterMs,
    }));
  await waitFor(`${part.id} to be ready`, (each) => part.isReady(context, each), {
    deadlineMs: part.readyWithinMs,
    signal,
    explain: async () => `the end of ${managed.logFile}:\n${await managed.logTail(12)}`,
  });
  return managed;
};
