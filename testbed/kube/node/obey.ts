import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import type { PartName } from '../part-names.ts';
import { allParts } from '../parts/all-parts.ts';
import type { NodeContext } from '../parts/part.ts';
import { runPart } from '../parts/run-part.ts';
import type { Order } from './order.ts';

/** What was last asked of each part. */
const underWay = new Map<PartName, Promise<void>>();

/**
 * Breaks or mends one part of the running node. Orders about one part are obeyed one after the other: two tests that
 * start a store at once must not get two of it.
 */
export const obey = (context: NodeContext, asked: Order, signal: AbortSignal): Promise<void> => {
  const before = underWay.get(asked.part) ?? Promise.resolve();
  const done = before.catch(() => undefined).then(() => carryOut(context, asked, signal));
  underWay.set(asked.part, done);
  return done;
};

const carryOut = async (context: NodeContext, asked: Order, signal: AbortSignal): Promise<void> => {
  if (asked.verb === 'start') {
    await runPart(context, allParts[asked.part], signal);
    return;
  }
  const managed = context.supervisor.get(asked.part);
  if (managed === undefined)
    throw new HowdahError(errorCatalogue.refused, `${asked.part} has not been started yet`);
  if (asked.verb === 'stop') return managed.stop();
  if (asked.verb === 'kill') return managed.kill('SIGKILL');
  managed.kill(asked.verb === 'freeze' ? 'SIGSTOP' : 'SIGCONT');
};
