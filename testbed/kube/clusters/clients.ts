import { join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';
import type { CommandOptions } from '../kube-cluster.ts';

type Command = (args: readonly string[], signal: AbortSignal, options?: CommandOptions) => Promise<string>;

/** kubectl and helm for one kubeconfig. */
export interface Clients {
  readonly environment: Readonly<Record<string, string>>;
  readonly kubectl: Command;
  readonly helm: Command;
}

/** @param directory where kubectl and helm lie; they come first in the PATH. */
export const clientsFor = (kubeconfig: string, directory: string): Clients => {
  const environment = { KUBECONFIG: kubeconfig, PATH: `${directory}:${process.env.PATH ?? '/usr/bin:/bin'}` };
  const command =
    (name: string): Command =>
    async (args, signal, { input, timeoutMs } = {}) => {
      const { stdout } = await runAs(ourselves(), join(directory, name), args, {
        env: environment,
        signal,
        ...(input === undefined ? {} : { input }),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
      return stdout;
    };
  return { environment, kubectl: command('kubectl'), helm: command('helm') };
};
