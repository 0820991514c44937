import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Status, status as statusSchema } from '@howdah/status/status';
import type { CommandOptions, KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { getJson, getText } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { Client, type QueryResultRow } from 'pg';
import { type ExampleFiles, type ExampleOptions, writeExample } from './example-files.ts';
import { type Pod, parsePods } from './pods.ts';

/** A Patroni of three members in a namespace of its own, and what tests ask of it and of the agents in its pods. */
export interface Patroni extends AsyncDisposable {
  readonly cluster: KubeCluster;
  readonly namespace: string;
  readonly files: ExampleFiles;
  readonly signal: AbortSignal;
  kubectl(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Runs a program in a container of a pod and gives what it printed. */
  exec(pod: string, container: string, args: readonly string[], options?: CommandOptions): Promise<string>;
  /** By name. */
  pods(): Promise<readonly Pod[]>;
  pod(name: string): Promise<Pod>;
  /** The running primary, which is waited for. */
  primary(): Promise<Pod>;
  /** A session of the superuser, to be ended by the caller. */
  connect(pod: Pod): Promise<Client>;
  /** One statement as the superuser, in a session of its own. */
  query<Row extends QueryResultRow>(pod: Pod, sql: string): Promise<Row[]>;
  status(pod: Pod, port?: number): Promise<Status>;
  metrics(pod: Pod, port?: number): Promise<string>;
  /** Waits until every pod is ready, as the StatefulSet wants it to be. */
  rolledOut(): Promise<void>;
  /** Waits until the agents of every pod say that they are ready. */
  agentsReady(ports?: readonly number[]): Promise<void>;
  /** What a person needs to understand a failure: the pods, events, and each container's last lines. */
  lastWords(): Promise<string>;
}

export const suitePort = 9187;
/** Of the example's Secret. */
export const superuserPassword = 'change-me-superuser';

export interface PatroniOptions extends ExampleOptions {
  readonly namespace: string;
  /** `base`: without agents. */
  readonly apply?: 'whole' | 'base';
  /** Of the agents that are waited for; none where they cannot be ready. Default: the suite's. */
  readonly readyPorts?: readonly number[];
  readonly signal: AbortSignal;
}

/** Makes the namespace, which enforces Pod Security level `restricted`, and brings the example up in it. */
export const startPatroni = async (cluster: KubeCluster, options: PatroniOptions): Promise<Patroni> => {
  const { namespace, signal, apply = 'whole' } = options;
  const s3 = await cluster.store('s3', signal);
  const files = await writeExample(namespace, s3, options);
  const patroni = patroniIn(cluster, namespace, { files, members: options.members ?? 3 }, signal);
  try {
    // What was left by an earlier run is another database's: pgBackRest would refuse it.
    for (const bucket of Object.values(s3.buckets))
      await rm(join(s3.directory, bucket, namespace), { recursive: true, force: true });
    await cluster.kubectl(['create', 'namespace', namespace], signal);
    const level = 'pod-security.kubernetes.io/enforce=restricted';
    await cluster.kubectl(['label', 'namespace', namespace, level], signal);
    await patroni.kubectl(['apply', '-k', patroni.files[apply]]);
    await patroni.rolledOut();
    await patroni.query(await patroni.primary(), await readFile(roles, 'utf8'));
    if (apply === 'whole') await patroni.agentsReady(options.readyPorts);
    return patroni;
  } catch (error) {
    process.stderr.write(`${await patroni.lastWords()}\n`);
    await patroni[Symbol.asyncDispose]();
    throw error;
  }
};

const roles = fileURLToPath(new URL('../../../../shared/postgres/roles.sql', import.meta.url));
const memberLabel = 'cluster-name=patroni';

const patroniIn = (
  cluster: KubeCluster,
  namespace: string,
  { files, members }: { readonly files: ExampleFiles; readonly members: number },
  signal: AbortSignal,
): Patroni => {
  const kubectl: Patroni['kubectl'] = (args, more) =>
    cluster.kubectl(['--namespace', namespace, ...args], signal, more);
  const pods = async () => parsePods(await kubectl(['get', 'pods', '-l', memberLabel, '-o', 'json']));
  const url = ({ address }: Pod, port: number) => `http://${address}:${port}`;
  const deadline = () => AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const lastWords = async () => {
    const words = (args: readonly string[]) =>
      cluster
        .kubectl(['--namespace', namespace, ...args], AbortSignal.timeout(20_000))
        .catch((error: unknown) => String(error));
    const logs = [
      'logs',
      '-l',
      memberLabel,
      '--all-containers',
      '--prefix',
      '--tail=15',
      '--max-log-requests=20',
    ];
    const events = ['events', '--types=Warning'];
    const parts = [['get', 'pods', '-o', 'wide'], events, logs].map(words);
    return (await Promise.all(parts)).join('\n');
  };
  const connect = async ({ address }: Pod) => {
    const client = new Client({
      ...{ host: address, user: 'postgres', database: 'postgres', password: superuserPassword },
      ...{ connectionTimeoutMillis: 5_000, query_timeout: 120_000 },
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const waiting = (deadlineMs: number, everyMs = 500) => ({
    deadlineMs,
    everyMs,
    signal,
    explain: lastWords,
  });

  return {
    cluster,
    namespace,
    files,
    signal,
    kubectl,
    exec: (pod, container, args, more) => kubectl(['exec', pod, '-c', container, '--', ...args], more),
    pods,
    pod: async (name) => {
      const found = (await pods()).find((pod) => pod.name === name);
      if (found === undefined) throw new Error(`there is no running pod ${name}`);
      return found;
    },
    primary: () =>
      waitFor(
        'a primary',
        async () => (await pods()).find(({ role, ending }) => role === 'primary' && !ending),
        waiting(60_000),
      ),
    connect,
    query: async <Row extends QueryResultRow>(pod: Pod, sql: string) => {
      const client = await connect(pod);
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    status: async (pod, port = suitePort) =>
      statusSchema.parse(await getJson(`${url(pod, port)}/status`, deadline())),
    metrics: (pod, port = suitePort) => getText(`${url(pod, port)}/metrics`, deadline()),
    rolledOut: async () => {
      const args = ['rollout', 'status', 'statefulset/patroni', '--timeout=240s'];
      await kubectl(args, { timeoutMs: 250_000 });
    },
    agentsReady: async (ports = [suitePort]) => {
      const isReady = async () => {
        const now = await pods();
        const asked = now.flatMap((pod) =>
          ports.map((port) => getText(`${url(pod, port)}/readyz`, deadline())),
        );
        return (await Promise.all(asked)).length === members * ports.length;
      };
      await waitFor(`the agents of ${members} pods to be ready`, isReady, waiting(120_000));
    },
    lastWords,
    [Symbol.asyncDispose]: async () => {
      const args = ['delete', 'namespace', namespace, '--wait', '--timeout=150s', '--ignore-not-found'];
      await cluster.kubectl(args, AbortSignal.timeout(160_000), { timeoutMs: 160_000 });
      await files[Symbol.asyncDispose]();
    },
  };
};
