import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '@howdah/core/errors';
import { Registry } from 'prom-client';
import * as z from 'zod';
import { configReference, configTable, referenceIndex, withConfigTable } from './config-reference.ts';
import { configRows } from './config-rows.ts';
import { duplicateCodes, type ErrorPackage, errorReference } from './error-reference.ts';
import { alerts } from './generate-alerts.ts';
import { charts } from './generate-charts.ts';
import { customResources } from './generate-crds.ts';
import type { Generated, GeneratedFile } from './generated-file.ts';
import { describeMetrics, type MetricPackage, metricReference } from './metric-reference.ts';
import { readModule } from './read-module.ts';
import { sourceFiles } from './source-files.ts';
import type { StepContext } from './step.ts';

type Context = Pick<StepContext, 'root' | 'signal'>;

/** Everything in the tree that is made from code: docs/errors.md, docs/reference, the READMEs' tables, charts' schemas, rules, runbooks. */
export const generateAll = async (context: Context): Promise<Generated> => {
  const parts = [
    await errors(context),
    await configurations(context),
    await metrics(context),
    await alerts(context),
    await charts(context),
    await customResources(context),
  ];
  return {
    files: parts.flatMap(({ files }) => files),
    problems: parts.flatMap(({ problems }) => problems),
  };
};

const errors = async (context: Context): Promise<Generated> => {
  const packages: ErrorPackage[] = [];
  const problems: string[] = [];
  for (const path of await sourceFiles(context, ['*errors.ts'])) {
    if (!/(^|\/)errors\.ts$/.test(path) || path === 'shared/core/errors.ts') continue;
    const found = await readModule(join(context.root, path), catalogueModule);
    if (found.ok)
      packages.push({ folder: path.slice(0, -'/errors.ts'.length), catalogue: found.value.errorCatalogue });
    else problems.push(`${path}: ${found.problem}`);
  }
  problems.push(...duplicateCodes(packages));
  return { files: [{ path: 'docs/errors.md', content: errorReference(packages) }], problems };
};

const configurations = async (context: Context): Promise<Generated> => {
  const files: GeneratedFile[] = [];
  const problems: string[] = [];
  for (const path of await sourceFiles(context, ['agents/*/config.ts'])) {
    const name = path.split('/')[1];
    if (name === undefined || path !== `agents/${name}/config.ts`) continue;
    const found = await readModule(join(context.root, path), schemaModule);
    if (!found.ok) {
      problems.push(`${path}: ${found.problem}`);
      continue;
    }
    const jsonSchema = {
      title: `${name}.yaml`,
      ...z.toJSONSchema(found.value.schema, { io: 'input', unrepresentable: 'any' }),
    };
    const rows = configRows(jsonSchema);
    problems.push(
      ...rows
        .filter(({ description }) => description === '')
        .map(({ key }) => `${path}: ${key} has no .describe()`),
    );
    const reference = `docs/reference/config/${name}`;
    files.push({
      path: `${reference}.schema.json`,
      content: `${JSON.stringify(jsonSchema, undefined, 2)}\n`,
    });
    files.push({ path: `${reference}.md`, content: configReference(name, rows) });
    const readme = await readmeWithTable(context, name, configTable(rows));
    if (typeof readme === 'string') problems.push(readme);
    else files.push(readme);
  }
  const names = files.flatMap(({ path }) => /^docs\/reference\/config\/(.+)\.md$/.exec(path)?.[1] ?? []);
  files.push({ path: 'docs/reference/README.md', content: referenceIndex(names) });
  return { files, problems };
};

const readmeWithTable = async (
  { root }: Context,
  name: string,
  table: string,
): Promise<GeneratedFile | string> => {
  const path = `agents/${name}/README.md`;
  try {
    return { path, content: withConfigTable(await readFile(join(root, path), 'utf8'), table) };
  } catch (error) {
    return `${path}: ${describeError(error)}`;
  }
};

const metrics = async (context: Context): Promise<Generated> => {
  const packages: MetricPackage[] = [];
  const problems: string[] = [];
  for (const path of await sourceFiles(context, [
    'agents/*/metrics.ts',
    'operator/metrics.ts',
    'shared/runtime/metrics.ts',
  ])) {
    const found = await readModule(join(context.root, path), metricsModule);
    if (!found.ok) {
      problems.push(`${path}: ${found.problem}`);
      continue;
    }
    const registry = new Registry();
    (found.value.createRuntimeMetrics ?? found.value.createMetrics)?.(registry);
    packages.push({ folder: path.slice(0, -'/metrics.ts'.length), metrics: describeMetrics(registry) });
  }
  return { files: [{ path: 'docs/reference/metrics.md', content: metricReference(packages) }], problems };
};

const catalogueModule = z.object({
  errorCatalogue: z.record(
    z.string(),
    z.object({
      code: z.string().regex(/^HOWDAH_[A-Z0-9_]+$/),
      meaning: z.string().min(1),
      remedy: z.string().min(1),
      retry: z.enum(['now', 'backoff', 'never']),
    }),
  ),
});

const schemaModule = z.object({
  schema: z.custom<z.ZodType>((value) => value instanceof z.ZodType, 'a zod schema'),
});

type CreateMetrics = (registry: Registry) => unknown;
const createMetrics = z.custom<CreateMetrics>((value) => typeof value === 'function', 'a function');

const metricsModule = z
  .object({ createMetrics: createMetrics.optional(), createRuntimeMetrics: createMetrics.optional() })
  .refine((found) => Object.values(found).some(Boolean), 'exports no createMetrics');
