import process from 'node:process';
import type { Stages } from '../stages.ts';
import { type AzureAddress, azureStore } from './azure.ts';
import { openAgent } from './open-agent.ts';

/** Where the process ends itself with SIGKILL, as if the machine had: the n-th time it comes there. */
export interface KillPoint {
  readonly step: keyof Stages;
  readonly when: 'before' | 'after';
  readonly nth: number;
}

export interface KillAtOptions {
  readonly logDirectory: string;
  readonly stateDir: string;
  readonly prefix: string;
  readonly azure: AzureAddress;
  readonly kill?: KillPoint;
  /** Ends in order once so many records are proven. */
  readonly untilProven?: number;
}

const dieAt = (stages: Stages, { step, when, nth }: KillPoint): Stages => {
  let times = 0;
  const original = stages[step] as (...args: never[]) => unknown;
  const wrapped = async (...args: never[]) => {
    times += 1;
    if (when === 'before' && times === nth) process.kill(process.pid, 'SIGKILL');
    const result = await original(...args);
    if (when === 'after' && times === nth) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  return { ...stages, [step]: wrapped };
};

/** Runs the agent in this process until it kills itself, or until enough is proven. */
const run = async (options: KillAtOptions): Promise<void> => {
  const { kill } = options;
  const { agent } = openAgent({
    ...options,
    maxAgeMs: 100,
    openStore: () => azureStore(options.azure),
    ...(kill === undefined ? {} : { wrap: (stages: Stages) => dieAt(stages, kill) }),
  });
  const stop = new AbortController();
  const running = agent.run(stop.signal);
  const looking = setInterval(() => {
    if ((agent.status()?.records.proven ?? 0) >= (options.untilProven ?? Number.POSITIVE_INFINITY))
      stop.abort();
  }, 20);
  await running;
  clearInterval(looking);
};

await run(JSON.parse(process.argv[2] ?? '{}') as KillAtOptions);
