import { spawn } from 'node:child_process';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';

/**
 * Where a program's words go: it has our terminal; or they come as lines, since others write there as well; or its
 * errors alone.
 */
export type Output = 'terminal' | 'lines' | 'errors';

const places = { terminal: 'inherit', lines: 'pipe', errors: 'ignore' } as const;

/** How long after its end a program's words are waited for: one of its children may live on and hold the pipe. */
const lastWordsMs = 10_000;

/** Runs our Node with these arguments in the clone; gives its exit code, after all that it said. */
export const spawnHere = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  output: Output = 'terminal',
): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      cwd: cloneDirectory,
      env: { ...process.env, ...env },
      stdio: ['inherit', places[output], 'inherit'],
    });
    child.stdout?.pipe(process.stdout, { end: false });
    // Ctrl-C reaches the child too (same terminal); we stay to see how it ends. A plain kill is passed on.
    const passOn = (signal: NodeJS.Signals) => child.kill(signal);
    const ignore = () => undefined;
    process.on('SIGINT', ignore).on('SIGTERM', passOn);
    const settle = () => process.off('SIGINT', ignore).off('SIGTERM', passOn);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    let impatient: NodeJS.Timeout | undefined;
    child.once('exit', () => {
      impatient = setTimeout(() => child.stdout?.destroy(), lastWordsMs);
    });
    child.once('close', (code) => {
      clearTimeout(impatient);
      settle();
      resolve(code ?? 1);
    });
  });
