import { listenForOrders, sendOrder as send } from '@howdah/testbed-tools/process/orders';
import * as z from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { breakageOf } from './breaks.ts';
import { failover } from './failover.ts';
import type { Tell } from './narrator.ts';

/** What another terminal may ask of the running demo. */
const order = z.discriminatedUnion('verb', [
  z.object({ verb: z.literal('failover') }),
  z.object({ verb: z.literal('break'), what: z.string() }),
  z.object({ verb: z.literal('mend'), what: z.string() }),
]);
export type Order = z.infer<typeof order>;

const obey = (asked: Order, cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<void> => {
  if (asked.verb === 'failover') return failover(cluster, tell, signal);
  const breakage = breakageOf(asked.what);
  return asked.verb === 'break'
    ? breakage.break(cluster, tell, signal)
    : breakage.mend(cluster, tell, signal);
};

/** Listens for orders; lines go back to the one who asked and to the demo's own terminal. */
export const obeyOrders = (
  socket: string,
  cluster: Cluster,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> =>
  listenForOrders(
    socket,
    (asked, say) => {
      const both: Tell = (line) => {
        tell(line);
        say(line);
      };
      return obey(order.parse(asked), cluster, both, signal);
    },
    signal,
  );

/** Sends one order to the running demo and hands on each line of its answer. */
export const sendOrder = (socket: string, asked: Order, tell: Tell): Promise<void> =>
  send(socket, 'the demo', asked, tell);
