import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cloneDirectory } from './workspace.ts';

const run = promisify(execFile);

/** What a page tells its reader to type: its blocks of `sh`, in their order. */
export const shellBlocks = (page: string): readonly string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1] ?? '');

/**
 * Types one block in the root of the clone, as a reader does, and gives what it printed.
 *
 * @throws an Error with its words when a command of it fails.
 */
export const typeBlock = async (
  block: string,
  { env = {}, timeoutMs }: { readonly env?: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<string> => {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block], {
    cwd: cloneDirectory,
    env: { ...process.env, ...env },
    timeout: timeoutMs,
  });
  return stdout;
};
