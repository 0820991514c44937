import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ensureClients, kubernetesSource } from '@howdah/testbed-kube/programs';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { writeKubernetesSchemas } from './kubernetes-schemas.ts';

export const chart = fileURLToPath(new URL('../howdah-agents', import.meta.url));
const examples = fileURLToPath(new URL('../../examples', import.meta.url));
/** Path of a file of the example that the chart is tried with. */
export const example = (path: string): string => join(examples, 'existing-patroni', path);

/** kubectl, helm or kubeconform, built when it is not there; gives what it prints. */
export const client = async (
  name: 'kubectl' | 'helm' | 'kubeconform',
  args: readonly string[],
  input?: string,
): Promise<string> => {
  const { clients } = await ensureClients(currentWorkspace(), (line) => process.stderr.write(`${line}\n`));
  const { stdout } = await runAs(ourselves(), join(clients, name), args, {
    timeoutMs: 60_000,
    // Neither program is to find a cluster here.
    env: { HOME: tmpdir(), KUBECONFIG: '/dev/null' },
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
};

/**
 * What kubeconform finds wrong with these manifests by the schemas of the Kubernetes that the tests run on: nothing, or
 * a line for each fault. Keys that no schema knows and keys that stand twice are faults, and so are kinds
 * that Kubernetes itself does not have.
 */
export const faultsIn = async (manifests: string): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-schemas-'));
  try {
    const source = await kubernetesSource(currentWorkspace(), (line) => process.stderr.write(`${line}\n`));
    const schemas = await writeKubernetesSchemas(source, directory);
    const args = ['-strict', '-schema-location', schemas, '-output', 'json'];
    return await client('kubeconform', args, manifests).then(
      () => '',
      (error: unknown) => String(error),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** What every object of Kubernetes has. */
const kubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
export type KubernetesObject = z.infer<typeof kubernetesObject>;

export const objectsOf = (yaml: string): readonly KubernetesObject[] =>
  parseAllDocuments(yaml)
    .map((document) => document.toJS() as unknown)
    .filter((object) => object !== null && object !== undefined)
    .map((object) => kubernetesObject.parse(object));

const prometheusRule = z.object({
  spec: z.object({
    groups: z.array(
      z.object({
        rules: z.array(
          z.object({
            alert: z.string(),
            expr: z.string(),
            for: z.string(),
            labels: z.record(z.string(), z.string()),
            annotations: z.object({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
          }),
        ),
      }),
    ),
  }),
});

/** The alerts of all PrometheusRules. */
export const alertsIn = (yaml: string) =>
  objectsOf(yaml)
    .filter(({ kind }) => kind === 'PrometheusRule')
    .flatMap((object) => prometheusRule.parse(object).spec.groups.flatMap(({ rules }) => rules));

/** Renders the chart with the example's values, and over them `values`, later ones over earlier ones. */
export const render = async (
  values: object | readonly object[] = {},
  more: readonly string[] = [],
): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'howdah-helm-'));
  try {
    const files = [example('agents/values.yaml')];
    for (const one of [values].flat()) {
      const file = join(directory, `values-${files.length}.yaml`);
      await writeFile(file, stringify(one));
      files.push(file);
    }
    const given = files.flatMap((file) => ['--values', file]);
    return await client('helm', ['template', 'agents', chart, ...given, ...more]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
