import { open } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { sourceFiles } from './source-files.ts';
import type { Step, StepContext } from './step.ts';
import { runTool, toolOutcome } from './tool.ts';

/** shellcheck over every script; where it is not installed that is said, not passed over. */
export const shell: Step = {
  name: 'shell',
  run: async (context) => {
    const scripts = await shellScripts(context);
    if (scripts.length === 0) return { ok: true };
    try {
      const result = await runTool(context, 'shellcheck', ['--external-sources', ...scripts]);
      return toolOutcome(result, `shellcheck ${scripts.join(' ')}`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    // Without shellcheck the shell itself still finds what does not parse.
    for (const script of scripts) {
      const result = await runTool(context, 'sh', ['-n', script]);
      if (result.exitCode !== 0) return toolOutcome(result, `sh -n ${script}`);
    }
    return { ok: true, notes: ['shellcheck is not installed (apt-get install shellcheck): only parsed'] };
  },
};

/** Files that name a shell in their first line; only those named `.sh` or without any ending are opened. */
const shellScripts = async (context: StepContext): Promise<readonly string[]> => {
  const candidates = (await sourceFiles(context, ['*', ':!**/testdata/**'])).filter((path) =>
    ['', '.sh'].includes(posix.extname(path)),
  );
  const firstLines = await Promise.all(candidates.map((path) => firstLineOf(join(context.root, path))));
  return candidates.filter((_, index) => namesShell(firstLines[index] ?? ''));
};

/** Whether `#!…` starts a shell that shellcheck knows. */
export const namesShell = (firstLine: string): boolean => /^#!.*\b(sh|bash|dash)\b/.test(firstLine);

const firstLineOf = async (path: string): Promise<string> => {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(128), 0, 128, 0);
    return buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '';
  } finally {
    await file.close();
  }
};
