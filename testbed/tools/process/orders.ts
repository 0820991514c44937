import { createServer, request } from 'node:http';
import { describeError, HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';

type Tell = (line: string) => void;

/** Longer orders are cut, and then no JSON. */
const mostChars = 4_096;

/**
 * Listens on a unix socket that only we may use, for orders as JSON. What `obey` says goes back to the one
 * who asked, and so does its failure. Ends with `signal`.
 */
export const listenForOrders = async (
  socket: string,
  obey: (order: unknown, say: Tell) => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  const server = createServer((incoming, outgoing) => {
    const answer = async () => {
      let body = '';
      for await (const chunk of incoming.setEncoding('utf8')) body = (body + chunk).slice(0, mostChars);
      try {
        await obey(JSON.parse(body), (line) => outgoing.write(`${line}\n`));
      } catch (error) {
        outgoing.write(`!${describeError(error)}\n`);
      }
      outgoing.end();
    };
    void answer();
  });
  // Nobody waits for an answer once whoever listens ends.
  signal.addEventListener('abort', () => server.close().closeAllConnections(), { once: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const before = process.umask(0o077);
    server.listen(socket, resolve);
    process.umask(before);
  });
};

/**
 * Sends one order and hands on each line of its answer.
 *
 * @param whom for people, e.g. `the demo`.
 * @throws HowdahError with the other side's own words when it could not do it, or when nobody listens.
 */
export const sendOrder = (
  socket: string,
  whom: string,
  order: unknown,
  tell: Tell,
  signal?: AbortSignal,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const options = { socketPath: socket, method: 'POST', path: '/', ...(signal && { signal }) };
    const outgoing = request(options, (incoming) => {
      let rest = '';
      let refused: string | undefined;
      incoming.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (refused !== undefined) refused += `\n${line}`;
          else if (line.startsWith('!')) refused = line.slice(1);
          else tell(line);
        }
      });
      incoming.once('error', reject);
      incoming.once('end', () =>
        refused === undefined ? resolve() : reject(new HowdahError(errorCatalogue.refused, refused)),
      );
    });
    outgoing.once('error', (cause) =>
      reject(new HowdahError(errorCatalogue.notRunning, `${whom} does not answer`, { cause })),
    );
    outgoing.end(JSON.stringify(order));
  });
