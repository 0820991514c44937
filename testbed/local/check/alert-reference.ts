import { type Alert, type AlertLimit, everywhere, ruleOf } from '@howdah/runtime/alert';
import { stringify } from 'yaml';
import { code, generatedNotice, markdownTable } from './markdown.ts';

export interface AlertPackage {
  /** Relative to the root, e.g. `agents/backup`. */
  readonly folder: string;
  readonly limits: Readonly<Record<string, AlertLimit>>;
  readonly alerts: readonly Alert[];
}

/** Where the runbooks are, for who reads them in a clone. */
export const runbookFolder = 'docs/runbooks';

/** The group of a package's rules, as it stands in a file of Prometheus: `howdah-backup`. */
export const groupName = (folder: string): string => `howdah-${folder.split('/').at(-1)}`;

/** docs/reference/howdah.rules.yaml: for a Prometheus without its operator. */
export const rulesFile = (packages: readonly AlertPackage[]): string => {
  const groups = packages.map(({ folder, limits, alerts }) => ({
    name: groupName(folder),
    rules: alerts.map((alert) => ruleOf(alert, everywhere(limits), runbookFolder)),
  }));
  return `# Generated from the alerts.ts of each package by ./dev check --write. Do not edit.\n${yamlOf({ groups })}`;
};

export const yamlOf = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** docs/reference/alerts.md */
export const alertReference = (packages: readonly AlertPackage[]): string =>
  `${[
    '# Alerts',
    generatedNotice('the `alerts.ts` of each package'),
    'Prometheus without its operator loads [howdah.rules.yaml](howdah.rules.yaml) by `rule_files`; with it, the charts `howdah` and `howdah-agents` make a PrometheusRule (`prometheusRule.create`), where limits can be set otherwise. `critical` is for who gets up at night, `warning` for who looks in the morning.',
    'An alert fires once for a cluster, not for each member. A cluster is told by its labels `namespace` and `job`, as a PodMonitor gives them (one job for each cluster), and by the stanza. Where several clusters share a job and a namespace, give each a job of its own by `relabel_configs`: taken together, one would hide the other.',
    ...packages.flatMap(({ folder, limits, alerts }) => [
      `## ${folder}`,
      alertTable(alerts),
      `### Limits of ${folder}`,
      limitTable(limits),
    ]),
  ].join('\n\n')}\n`;

const alertTable = (alerts: readonly Alert[]): string =>
  markdownTable(
    ['alert', 'severity', 'after', 'what it says'],
    alerts.map((alert) => [
      `[${alert.name}](../runbooks/${alert.name}.md)`,
      alert.severity,
      alert.for,
      alert.summary,
    ]),
  );

const limitTable = (limits: AlertPackage['limits']): string =>
  markdownTable(
    ['limit', 'default', 'what it bounds'],
    Object.entries(limits).map(([name, { fallback, description }]) => [
      code(name),
      String(fallback),
      description,
    ]),
  );
