import { startKube } from './cluster.ts';
import { endOwn, findOwn } from './clusters/own.ts';

/**
 * Around all tests of the tier: one cluster serves them all, and is ended after the last, unless it was up
 * before. Building it, which takes minutes, is no test's time.
 */
export const setup = async (): Promise<() => Promise<void>> => {
  const wasUp = findOwn() !== undefined;
  await startKube({
    signal: AbortSignal.timeout(3_600_000),
    tell: (line) => process.stderr.write(`${line}\n`),
  });
  return async () => {
    if (!wasUp) await endOwn();
  };
};
