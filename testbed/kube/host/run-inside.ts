import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { ourselves, runAs } from '@howdah/testing/run-as';
import type { KubeLayout } from '../layout.ts';
import { readNodeRecord } from './node-record.ts';

/** The words before a command that make it run inside the running node's namespaces. */
export const insideNode = (layout: KubeLayout): readonly string[] => {
  const init = readNodeRecord(layout.node)?.init;
  if (init === undefined) throw new HowdahError(errorCatalogue.notRunning, 'no cluster of this clone is up');
  return ['nsenter', '--target', String(init.pid), '--mount', '--pid', '--net', '--ipc', '--uts', '--'];
};

/** Runs a command inside the running node's namespaces to its end, from outside of them. */
export const runInside = async (
  layout: KubeLayout,
  command: readonly string[],
  signal: AbortSignal,
  timeoutMs = 120_000,
): Promise<string> => {
  const [file = '', ...args] = [...insideNode(layout), ...command];
  return (await runAs(ourselves(), file, args, { signal, timeoutMs })).stdout;
};
