import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ourselves, runAs } from './run-as.ts';
import { temporaryDirectory } from './temporary-directory.ts';

type Labels = Readonly<Record<string, string>>;

/** One group of promtool's unit tests; https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
export interface RuleTest {
  readonly name: string;
  /** Between two values of a series. */
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly { readonly exp_labels: Labels; readonly exp_annotations: Labels }[];
  }[];
}

/** @throws an Error with promtool's words on what is wrong with a file of rules */
export const checkRules = (rules: string): Promise<void> => promtool('check', { 'rules.yaml': rules });

/**
 * Lets Prometheus's own promtool judge rules and what they say of series.
 *
 * @throws an Error with promtool's words: what is wrong with the rules, or which alerts were expected and which came
 */
export const testRules = async (rules: string, tests: readonly RuleTest[]): Promise<void> => {
  await checkRules(rules);
  const file = { rule_files: ['rules.yaml'], evaluation_interval: '5m', tests };
  // What is JSON is YAML.
  await promtool('test', { 'tests.yaml': JSON.stringify(file), 'rules.yaml': rules });
};

/** Lets it look at the first of these files. */
const promtool = async (what: 'check' | 'test', files: Readonly<Record<string, string>>): Promise<void> => {
  await using directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory.path, name), text);
  await runAs(ourselves(), 'promtool', [what, 'rules', Object.keys(files)[0] ?? ''], { cwd: directory.path });
};

/** Which of the alerts `names` fire after `at`, in alphabetical order. */
export const firingAlerts = async (
  rules: string,
  names: readonly string[],
  { at, ...test }: Pick<RuleTest, 'name' | 'interval' | 'input_series'> & { readonly at: string },
): Promise<readonly string[]> => {
  const none = names.map((alertname) => ({ eval_time: at, alertname, exp_alerts: [] }));
  const words = await testRules(rules, [{ ...test, alert_rule_test: none }]).then(
    () => '',
    (error: unknown) => String(error),
  );
  const found = [...words.matchAll(/alertname: ?(\w+), time: /g)].flatMap(([, name]) => name ?? []);
  if (words !== '' && found.length === 0) throw new Error(words);
  return [...new Set(found)].toSorted();
};
