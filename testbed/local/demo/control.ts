import { createServer, request } from 'node:http';
import { describeError, HowdahError } from '@howdah/core/errors';
import { z } from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { errorCatalogue } from '../errors.ts';
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

/** Listens on a unix socket that only we may use; lines go back to the one who asked and to the demo's own terminal. */
export const listenForOrders = async (
  socket: string,
  cluster: Cluster,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> => {
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      let body = '';
      for await (const chunk of incoming.setEncoding('utf8')) body = (body + chunk).slice(0, 4_096);
      const say: Tell = (line) => {
        tell(line);
        outgoing.write(`${line}\n`);
      };
      try {
        await obey(order.parse(JSON.parse(body)), cluster, say, signal);
      } catch (error) {
        outgoing.write(`!${describeError(error)}\n`);
      }
      outgoing.end();
    };
    void answer();
  });
  // Nobody waits for an answer once the demo ends.
  signal.addEventListener('abort', () => server.close().closeAllConnections(), { once: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o077);
    server.listen(socket, resolve);
    process.umask(before);
  });
};

/**
 * Sends one order to the running demo and hands on each line of its answer.
 *
 * @throws HowdahError with the demo's own words when it could not do it, or when nobody listens.
 */
export const sendOrder = (socket: string, asked: Order, tell: Tell): Promise<void> =>
  new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: socket, method: 'POST', path: '/' }, (incoming) => {
      let rest = '';
      let refused: string | undefined;
      incoming.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line.startsWith('!')) refused = line.slice(1);
          else tell(line);
        }
      });
      incoming.once('error', reject);
      incoming.once('end', () =>
        refused === undefined ? resolve() : reject(new HowdahError(errorCatalogue.refused, refused)),
      );
    });
    outgoing.once('error', (cause) =>
      reject(new HowdahError(errorCatalogue.notRunning, 'the demo does not answer', { cause })),
    );
    outgoing.end(JSON.stringify(asked));
  });
