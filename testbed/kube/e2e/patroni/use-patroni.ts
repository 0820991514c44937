import { startKube } from '@howdah/testbed-kube/cluster';
import { afterAll, beforeAll, beforeEach, onTestFailed } from 'vitest';
import { type Patroni, type PatroniOptions, startPatroni } from './patroni.ts';

/** One Patroni for all tests of a file; a failing test prints what each pod said last. */
export const usePatroni = (options: Omit<PatroniOptions, 'signal'>): (() => Patroni) => {
  const over = new AbortController();
  let running: Patroni | undefined;
  const patroni = (): Patroni => {
    if (running === undefined) throw new Error('Patroni did not start');
    return running;
  };

  beforeAll(async () => {
    const tell = (line: string) => void process.stderr.write(`${line}\n`);
    const cluster = await startKube({ signal: over.signal, tell });
    running = await startPatroni(cluster, { ...options, signal: over.signal });
  }, 400_000);

  beforeEach(() => {
    onTestFailed(async () => void process.stderr.write(`${await patroni().lastWords()}\n`));
  });

  afterAll(async () => {
    over.abort();
    await running?.[Symbol.asyncDispose]();
  }, 200_000);

  return patroni;
};
