import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { allParts } from '../parts/all-parts.ts';
import type { NodeContext } from '../parts/part.ts';
import { runPart } from '../parts/run-part.ts';
import type { Order } from './order.ts';

/** Breaks or mends one part of the running node. */
export const obey = async (context: NodeContext, asked: Order, signal: AbortSignal): Promise<void> => {
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
