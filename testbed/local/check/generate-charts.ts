import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '@howdah/core/errors';
import { parse } from 'yaml';
import * as z from 'zod';
import { valuesRows, valuesSchema } from './chart-values.ts';
import { configTable, withConfigTable } from './config-reference.ts';
import type { Generated, GeneratedFile } from './generated-file.ts';
import { readModule } from './read-module.ts';
import { sourceFiles } from './source-files.ts';
import type { StepContext } from './step.ts';

type Context = Pick<StepContext, 'root' | 'signal'>;

/** Files that a chart carries, since Helm reads nothing beside it; the source stays the one truth. */
const copies = [{ from: 'shared/postgres/roles.sql', to: 'helm/howdah-agents/files/roles.sql' }] as const;

/** Of each `helm/<chart>-values.ts`: the chart's values.schema.json, and the table in its README. */
export const charts = async (context: Context): Promise<Generated> => {
  const files: GeneratedFile[] = [];
  const problems: string[] = [];
  for (const path of await sourceFiles(context, ['helm/*-values.ts'])) {
    const chart = /^helm\/([^/]+)-values\.ts$/.exec(path)?.[1];
    if (chart === undefined) continue;
    const found = await readModule(join(context.root, path), valuesModule);
    if (!found.ok) {
      problems.push(`${path}: ${found.problem}`);
      continue;
    }
    const defaults: unknown = parse(await readFile(join(context.root, `helm/${chart}/values.yaml`), 'utf8'));
    const rows = valuesRows(found.value.schema, defaults);
    const silent = rows.filter(({ description }) => description === '');
    problems.push(...silent.map(({ key }) => `${path}: ${key} has no .describe()`));
    files.push({
      path: `helm/${chart}/values.schema.json`,
      content: `${JSON.stringify(valuesSchema(found.value.schema), undefined, 2)}\n`,
    });
    files.push(await withTable(context, `helm/${chart}/README.md`, configTable(rows)));
  }
  for (const { from, to } of copies)
    files.push({ path: to, content: await readFile(join(context.root, from), 'utf8') });
  return { files, problems };
};

const withTable = async ({ root }: Context, path: string, table: string): Promise<GeneratedFile> => {
  try {
    return { path, content: withConfigTable(await readFile(join(root, path), 'utf8'), table) };
  } catch (error) {
    throw new Error(`${path}: ${describeError(error)}`, { cause: error });
  }
};

const valuesModule = z.object({
  schema: z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'a zod schema'),
});
