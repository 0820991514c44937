import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { type ExampleFiles, type ExampleOptions, writeExample } from './example-files.ts';
import { type Members, membersIn } from './members.ts';

/** A Patroni of three members in a namespace of its own, made by hand: examples/existing-patroni. */
export interface Patroni extends Omit<Members, 'agentsReady'>, AsyncDisposable {
  readonly files: ExampleFiles;
  /** Waits until every pod is ready, as the StatefulSet wants it to be. */
  rolledOut(): Promise<void>;
  /** Waits until the agents of every pod say that they are ready. */
  agentsReady(ports?: readonly number[]): Promise<void>;
}

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

const patroniIn = (
  cluster: KubeCluster,
  namespace: string,
  { files, members }: { readonly files: ExampleFiles; readonly members: number },
  signal: AbortSignal,
): Patroni => {
  const all = membersIn({
    ...{ cluster, namespace, signal, label: 'cluster-name=patroni' },
    superuserPassword: async () => superuserPassword,
  });
  return {
    ...all,
    files,
    rolledOut: async () => {
      const args = ['rollout', 'status', 'statefulset/patroni', '--timeout=240s'];
      await all.kubectl(args, { timeoutMs: 250_000 });
    },
    agentsReady: (ports) => all.agentsReady(members, ports),
    [Symbol.asyncDispose]: async () => {
      // Nothing is asked of them any more; left to end in peace, three members took a minute.
      const pods = ['delete', 'statefulsets,pods', '--all', '--grace-period=1', '--wait=false'];
      await cluster.kubectl(['--namespace', namespace, ...pods], AbortSignal.timeout(60_000));
      const args = ['delete', 'namespace', namespace, '--wait', '--timeout=150s', '--ignore-not-found'];
      await cluster.kubectl(args, AbortSignal.timeout(160_000), { timeoutMs: 160_000 });
      await files[Symbol.asyncDispose]();
    },
  };
};
