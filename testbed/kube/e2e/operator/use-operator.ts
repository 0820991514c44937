import { startKube } from '@howdah/testbed-kube/cluster';
import { afterAll, beforeAll, beforeEach, onTestFailed } from 'vitest';
import { type InstalledOperator, installOperator, type OperatorOptions } from './operator.ts';

/** One operator for all tests of a file; a failing test prints what it said last. */
export const useOperator = (options: Omit<OperatorOptions, 'signal'>): (() => InstalledOperator) => {
  const over = new AbortController();
  let installed: InstalledOperator | undefined;
  const operator = (): InstalledOperator => {
    if (installed === undefined) throw new Error('the operator was not installed');
    return installed;
  };

  beforeAll(async () => {
    const tell = (line: string) => void process.stderr.write(`${line}\n`);
    const cluster = await startKube({ signal: over.signal, tell });
    installed = await installOperator(cluster, { ...options, signal: over.signal });
  }, 400_000);

  beforeEach(() => {
    onTestFailed(async () => void process.stderr.write(`${await operator().lastWords()}\n`));
  });

  afterAll(async () => {
    over.abort();
    await installed?.[Symbol.asyncDispose]();
  }, 300_000);

  return operator;
};
