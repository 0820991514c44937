import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fleet } from '@howdah/status/fleet';
import { answerOf, type FleetAnswer } from '../answer.ts';
import { buildPage } from '../build.ts';
import { createConsoleServer } from '../server.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
  /** What the console says from now on. */
  show(fleet: Fleet): void;
  /** Stops answering, as a console that was ended. */
  stop(): Promise<void>;
}

/** As if the console had watched for half an hour, in which a tenth of everything was logged. */
const recentOf = (fleet: Fleet): FleetAnswer['recent'] =>
  Object.fromEntries(
    fleet.members.flatMap(({ name, agents: { answer } }) => {
      const severities = answer?.agents.logship?.detail?.severities;
      if (answer === undefined || severities === undefined) return [];
      const counts = Object.entries(severities).map(([severity, value]) => [
        severity,
        Math.floor(value / 10),
      ]);
      const since = new Date(Date.parse(answer.now) - 1_800_000).toISOString();
      return [[name, { since, counts: Object.fromEntries(counts) }]];
    }),
  );

/** The real server with the real page, freshly built, over a fleet that the test chooses. */
export const serve = async (first: Fleet, refreshSeconds = 1): Promise<Served> => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-page-'));
  await buildPage(directory);
  let fleet = first;
  const server = await createConsoleServer({
    pageDirectory: directory,
    answer: () => answerOf(fleet, recentOf(fleet), refreshSeconds),
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    show: (next) => {
      fleet = next;
    },
    stop: () => server.close(),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
