import { join } from 'node:path';
import { stringify } from 'yaml';
import * as z from 'zod';
import type { Generated } from './generated-file.ts';
import { readModule } from './read-module.ts';
import type { StepContext } from './step.ts';

const source = 'operator/crd.ts';

/** The kinds of the operator, of its own schemas, as the chart howdah-crds installs them. */
export const customResources = async ({ root }: Pick<StepContext, 'root'>): Promise<Generated> => {
  const found = await readModule(join(root, source), crdModule);
  if (!found.ok) return { files: [], problems: [`${source}: ${found.problem}`] };
  const files = Object.entries(found.value.customResourceDefinitions()).map(([plural, definition]) => ({
    path: `helm/howdah-crds/templates/${plural}.yaml`,
    content: `# Made of shared/kinds by ./dev check --write generated.\n${stringify(definition, { lineWidth: 0 })}`,
  }));
  const problems = files.flatMap(({ path, content }) =>
    content.includes('{{') ? [`${path}: Helm would take {{ for its own`] : [],
  );
  return { files, problems };
};

type Definitions = () => Readonly<Record<string, object>>;
const crdModule = z.object({
  customResourceDefinitions: z.custom<Definitions>((value) => typeof value === 'function', 'a function'),
});
