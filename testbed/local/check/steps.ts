import { fileSize } from './file-size.ts';
import { generated } from './generated.ts';
import { layers } from './layers.ts';
import { licences } from './licences.ts';
import { links } from './links.ts';
import { shell } from './shell.ts';
import type { Step } from './step.ts';
import { runTool, toolOutcome } from './tool.ts';
import { types } from './types.ts';

/** Biome formats, lints and sorts imports; the rules stand in biome.json. */
const format: Step = {
  name: 'format',
  run: async (context) => {
    const write = context.write ? ['--write'] : [];
    const result = await runTool(context, 'biome', ['check', ...write, '--error-on-warnings', '.']);
    return toolOutcome(result, './dev check --write format   (what stays needs a person)');
  },
};

/** In the order in which a person wants to know. */
export const steps: readonly Step[] = [format, types, layers, generated, links, licences, fileSize, shell];
