import { undeclaredArrows } from './declared.ts';
import { forbiddenArrows, rings } from './judge-arrows.ts';
import { layerRules } from './layer-rules.ts';
import { readArrows } from './read-arrows.ts';
import { sourceFiles } from './source-files.ts';
import type { Step } from './step.ts';

/** Every arrow between our files, and every one that leaves them, against the rules of layer-rules.ts. */
export const layers: Step = {
  name: 'layers',
  run: async (context) => {
    const { arrows, manifests, broken } = await readArrows(context.root, await sourceFiles(context, ['*']));
    const problems = [
      ...broken,
      ...forbiddenArrows(arrows, layerRules),
      ...rings(arrows),
      ...undeclaredArrows(arrows, manifests),
    ];
    if (problems.length === 0) return { ok: true, notes: [`${arrows.length} imports, none forbidden`] };
    return {
      ok: false,
      output: problems.join('\n'),
      command: './dev check layers   (rules: testbed/local/check/layer-rules.ts)',
    };
  },
};
