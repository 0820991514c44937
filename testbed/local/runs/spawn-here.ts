import { spawn } from 'node:child_process';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';

/** Runs our Node with these arguments in the clone, on our terminal (errors only when `quiet`); gives its exit code. */
export const spawnHere = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  quiet = false,
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      cwd: cloneDirectory,
      env: { ...process.env, ...env },
      stdio: ['inherit', quiet ? 'ignore' : 'inherit', 'inherit'],
    });
    // Ctrl-C reaches the child too (same terminal); we stay to see how it ends. A plain kill is passed on.
    const passOn = (signal: NodeJS.Signals) => child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGINT', ignore).on('SIGTERM', passOn);
    const settle = () => process.off('SIGINT', ignore).off('SIGTERM', passOn);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code) => {
      settle();
      resolve(code ?? 1);
    });
  });
