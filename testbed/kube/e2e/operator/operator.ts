import { fileURLToPath } from 'node:url';
import type { CommandOptions, KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { stringify } from 'yaml';
import * as z from 'zod';
import { type Members, type MembersInput, membersIn } from '../patroni/members.ts';

/** A cluster that the operator made of a manifest. */
export interface MadeCluster extends Members {
  readonly name: string;
  conditions(): Promise<Readonly<Record<string, Condition>>>;
  /** Waits until the condition has this status, and for the newest manifest. */
  until(type: string, status: Condition['status'], deadlineMs?: number): Promise<Condition>;
}

/** The charts of the operator, installed for one namespace. */
export interface InstalledOperator extends AsyncDisposable {
  readonly cluster: KubeCluster;
  readonly namespace: string;
  readonly signal: AbortSignal;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Applies a manifest as a user does; gives what kubectl printed. */
  apply(manifest: object): Promise<string>;
  made(name: string): MadeCluster;
  /** Installs or upgrades the chart of the operator, with these values over those of the tests. */
  upgrade(values: Readonly<Record<string, unknown>>): Promise<void>;
  lastWords(): Promise<string>;
}

const condition = z.object({
  type: z.string(),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string(),
  message: z.string(),
  observedGeneration: z.int(),
});
export type Condition = z.infer<typeof condition>;

const postgresCluster = z.object({
  metadata: z.object({ generation: z.int() }),
  status: z.object({ conditions: z.array(condition).default([]) }).default({ conditions: [] }),
});

/** Path of one of our charts. */
export const chart = (name: string): string =>
  fileURLToPath(new URL(`../../../../helm/${name}`, import.meta.url));

export interface OperatorOptions {
  readonly namespace: string;
  /** Over the values of the chart. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** In the namespace of the clusters, so that one test's operator leaves those of others alone. */
const release = 'howdah';

export const installOperator = async (
  cluster: KubeCluster,
  { namespace, values = {}, signal }: OperatorOptions,
): Promise<InstalledOperator> => {
  const kubectl: InstalledOperator['kubectl'] = (args, more) =>
    cluster.kubectl(['--namespace', namespace, ...args], signal, more);
  const lastWords = async () => {
    const words = (args: readonly string[]) =>
      cluster
        .kubectl(['--namespace', namespace, ...args], AbortSignal.timeout(20_000))
        .catch((error: unknown) => String(error));
    const selector = 'app.kubernetes.io/component=operator';
    return (
      await Promise.all([
        words(['get', 'pgc,pods', '-o', 'wide']),
        words(['get', 'pgc', '-o', 'yaml']),
        words(['logs', '-l', selector, '--prefix', '--tail=30']),
        words(['events', '--types=Warning']),
      ])
    ).join('\n');
  };
  const made = (name: string): MadeCluster =>
    madeCluster(name, { cluster, namespace, signal, keepersWords: lastWords });
  const upgrade: InstalledOperator['upgrade'] = async (more) => {
    const place = ['--namespace', namespace, '--values', '-', '--wait', '--timeout', '120s'];
    await cluster.helm(['upgrade', '--install', release, chart('howdah'), ...place], signal, {
      input: stringify({ ...developmentImages, watchNamespace: namespace, ...more }),
      timeoutMs: 130_000,
    });
  };
  const installed: InstalledOperator = {
    ...{ cluster, namespace, signal, kubectl, made, upgrade, lastWords },
    apply: (manifest) => kubectl(['apply', '-f', '-'], { input: stringify(manifest) }),
    [Symbol.asyncDispose]: async () => {
      const within = AbortSignal.timeout(200_000);
      const args = ['--namespace', namespace, 'delete', 'pgc', '--all', '--wait', '--timeout=60s'];
      await cluster.kubectl(args, within, { timeoutMs: 70_000 }).catch(() => undefined);
      await cluster.helm(['uninstall', release, '--namespace', namespace, '--ignore-not-found'], within);
      await cluster.kubectl(['delete', 'namespace', namespace, '--wait', '--timeout=150s'], within, {
        timeoutMs: 160_000,
      });
    },
  };
  try {
    await cluster.kubectl(['create', 'namespace', namespace], signal);
    const level = 'pod-security.kubernetes.io/enforce=restricted';
    await cluster.kubectl(['label', 'namespace', namespace, level], signal);
    await installed.upgrade(values);
    return installed;
  } catch (error) {
    process.stderr.write(`${await lastWords()}\n`);
    await installed[Symbol.asyncDispose]();
    throw error;
  }
};

const developmentImages = {
  images: { operator: { tag: 'dev' }, agent: { tag: 'dev' } },
  replicas: 1,
};

const madeCluster = (name: string, input: Omit<MembersInput, 'label' | 'superuserPassword'>): MadeCluster => {
  const members = membersIn({
    ...input,
    label: `howdah.dev/cluster=${name}`,
    superuserPassword: async () => {
      const args = ['get', 'secret', `${name}-superuser`, '-o', 'jsonpath={.data.password}'];
      return Buffer.from(await members.kubectl(args), 'base64').toString();
    },
  });
  const read = async () =>
    postgresCluster.parse(JSON.parse(await members.kubectl(['get', 'pgc', name, '-o', 'json'])));
  return {
    ...members,
    name,
    conditions: async () => {
      const { status } = await read();
      return Object.fromEntries(status.conditions.map((each) => [each.type, each]));
    },
    until: (type, wanted, deadlineMs = 120_000) =>
      members.waitFor(
        `${type} of ${name} to be ${wanted}`,
        async () => {
          const { metadata, status } = await read();
          const found = status.conditions.find((each) => each.type === type);
          return found?.status === wanted && found.observedGeneration === metadata.generation
            ? found
            : undefined;
        },
        deadlineMs,
      ),
  };
};
