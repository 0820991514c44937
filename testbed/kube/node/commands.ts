import { ourselves, runAs } from '@howdah/testing/run-as';

/** Runs a command where we are, as ourselves: inside the node's namespaces when the node calls it. */
export const runInNode = async (
  file: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> => (await runAs(ourselves(), file, args, { signal, timeoutMs: 120_000 })).stdout;
