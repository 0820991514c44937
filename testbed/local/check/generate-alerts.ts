import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Alert, ruleOf, templated } from '@howdah/runtime/alert';
import * as z from 'zod';
import {
  type AlertPackage,
  alertReference,
  groupName,
  rulesFile,
  runbookFolder,
  yamlOf,
} from './alert-reference.ts';
import type { Generated, GeneratedFile } from './generated-file.ts';
import { readModule } from './read-module.ts';
import { runbook, unwrittenSections } from './runbook.ts';
import { sourceFiles } from './source-files.ts';
import type { StepContext } from './step.ts';

type Context = Pick<StepContext, 'root' | 'signal'>;

/** Charts that make a PrometheusRule, and what each adds to every selector: one of them belongs to one cluster. */
const charts = [
  { chart: 'howdah', matchers: [] },
  { chart: 'howdah-agents', matchers: ['job="@job@"'] },
] as const;

/** Of each `alerts.ts`: rules for Prometheus and for the charts, the reference, and the heads of the runbooks. */
export const alerts = async (context: Context): Promise<Generated> => {
  const packages: AlertPackage[] = [];
  const problems: string[] = [];
  for (const path of await sourceFiles(context, ['agents/*/alerts.ts', 'operator/alerts.ts'])) {
    const found = await readModule(join(context.root, path), alertsModule);
    if (found.ok) packages.push({ folder: path.slice(0, -'/alerts.ts'.length), ...found.value });
    else problems.push(`${path}: ${found.problem}`);
  }
  const runbooks = await runbookFiles(context, packages);
  return {
    files: [
      { path: 'docs/reference/alerts.md', content: alertReference(packages) },
      { path: 'docs/reference/howdah.rules.yaml', content: rulesFile(packages) },
      ...charts.map(({ chart, matchers }) => ({
        path: `helm/${chart}/files/alerts.yaml`,
        content: chartFile(packages, matchers),
      })),
      ...runbooks.files,
    ],
    problems: [...problems, ...runbooks.problems],
  };
};

/** What a chart fills in: `@runbooks@`, `@job@` and each limit, whose defaults are beside. */
const chartFile = (packages: readonly AlertPackage[], matchers: readonly string[]): string => {
  const limits = Object.fromEntries(
    packages.flatMap((each) => Object.entries(each.limits).map(([name, { fallback }]) => [name, fallback])),
  );
  const groups = packages.map(({ folder, alerts }) => ({
    name: groupName(folder),
    rules: alerts.map((alert) => ruleOf(alert, templated(matchers), '@runbooks@')),
  }));
  return `# Generated from the alerts.ts of each package by ./dev check --write. Do not edit.\n${yamlOf({ limits, groups })}`;
};

const runbookFiles = async (context: Context, packages: readonly AlertPackage[]): Promise<Generated> => {
  // The folder itself would be an error to git while it is not there.
  const pages = await sourceFiles(context, ['docs/*.md']);
  const present = pages.filter((path) => path.startsWith(`${runbookFolder}/`));
  const files: GeneratedFile[] = [];
  for (const { folder, limits, alerts } of packages) {
    for (const alert of alerts) {
      const path = `${runbookFolder}/${alert.name}.md`;
      const text = present.includes(path) ? await readFile(join(context.root, path), 'utf8') : undefined;
      files.push({ path, content: runbook(alert, limits, `${folder}/alerts.ts`, text) });
    }
  }
  const wanted = new Set(files.map(({ path }) => path));
  return {
    files,
    problems: [
      ...present.filter((path) => !wanted.has(path)).map((path) => `${path}: there is no such alert`),
      ...files.flatMap(({ path, content }) =>
        unwrittenSections(content).map((section) => `${path}: “${section}” is not written`),
      ),
    ],
  };
};

const alertsModule = z.object({
  limits: z.record(z.string(), z.object({ fallback: z.number(), description: z.string().min(1) })),
  alerts: z.array(
    z.custom<Alert>(
      (value) => typeof value === 'object' && value !== null && 'expr' in value && 'todo' in value,
      'an alert',
    ),
  ),
});
