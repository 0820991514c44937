import { sourceFiles } from './source-files.ts';
import type { Step } from './step.ts';
import { runTool, toolOutcome } from './tool.ts';

/** shellcheck over every script; where it is not installed that is said, not passed over. */
export const shell: Step = {
  name: 'shell',
  run: async (context) => {
    const scripts = await sourceFiles(context, ['dev', '.ci/run', '*.sh', 'testbed/local/docker/run']);
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
