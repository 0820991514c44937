import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKube } from '@howdah/testbed-kube/cluster';
import type { KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { installOperator } from '@howdah/testbed-kube-e2e/operator/operator';
import { writeExample } from '@howdah/testbed-kube-e2e/patroni/example-files';
import { type Pod, parsePods } from '@howdah/testbed-kube-e2e/patroni/pods';
import { setup } from '@howdah/testbed-kube-e2e/tier-setup';
import { openSettingEdits } from '@howdah/testbed-kube-e2e/trouble/edit-setting';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { parse } from 'yaml';
import { containerMemory } from '../kube/container-memory.ts';
import { median } from '../memory/held.ts';

/** The operator beside a StatefulSet that is applied by hand; ../operator.md has the last figures. */
const { values } = parseArgs({
  options: {
    clusters: { type: 'string', default: '3' },
    edits: { type: 'string', default: '50' },
    minutes: { type: 'string', default: '5' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
const { signal } = stop;

const summaryOf = (seconds: readonly number[]): string =>
  `median ${median(seconds).toFixed(2)} s of ${seconds.length}, from ${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)}`;

const isMember = ({ containers, role }: Pod) => containers.postgres?.ready === true && role !== undefined;

/** Seconds from the return of `kubectl apply` to three ready members, one of them primary. */
const untilReady = async (cluster: KubeCluster, namespace: string, label: string): Promise<number> => {
  const appliedMs = performance.now();
  const args = ['--namespace', namespace, 'get', 'pods', '-l', label, '-o', 'json'];
  await waitFor(
    `three members in ${namespace}`,
    async () => {
      const pods = parsePods(await cluster.kubectl(args, signal));
      const whole = pods.length === 3 && pods.every(isMember) && pods.some(({ role }) => role === 'primary');
      return whole ? true : undefined;
    },
    { deadlineMs: 240_000, everyMs: 100, signal },
  );
  return (performance.now() - appliedMs) / 1_000;
};

const bare = async (cluster: KubeCluster): Promise<number> => {
  const namespace = 'bench-bare';
  await using files = await writeExample(namespace, await cluster.store('s3', signal), {});
  await cluster.kubectl(['create', 'namespace', namespace], signal);
  try {
    await cluster.kubectl(['--namespace', namespace, 'apply', '-k', files.base], signal);
    return await untilReady(cluster, namespace, 'cluster-name=patroni');
  } finally {
    const args = ['delete', 'namespace', namespace, '--wait', '--timeout=150s'];
    await cluster.kubectl(args, AbortSignal.timeout(160_000), { timeoutMs: 160_000 });
  }
};

const manifest = async (name: string): Promise<object> => {
  const text = await readFile(new URL('../../examples/minimal/cluster.yaml', import.meta.url), 'utf8');
  return { ...(parse(text) as object), metadata: { name } };
};

const end = await setup();
const cluster = await startKube({ signal, tell: say });
const operator = await installOperator(cluster, { namespace: 'bench-made', signal });
try {
  const count = Number(values.clusters);
  const byHand: number[] = [];
  const made: number[] = [];
  for (let n = 0; n < count; n += 1) {
    byHand.push(await bare(cluster));
    const name = `orders-${n}`;
    await operator.apply(await manifest(name));
    made.push(await untilReady(cluster, operator.namespace, `howdah.dev/cluster=${name}`));
    if (n < count - 1) await operator.kubectl(['delete', 'pgc', name, '--wait', '--timeout=120s']);
  }
  say(`three members ready, StatefulSet applied by hand: ${summaryOf(byHand)}`);
  say(`three members ready, made by the operator with agents: ${summaryOf(made)}`);

  const orders = operator.made(`orders-${count - 1}`);
  await orders.until('Ready', 'True');
  await orders.agentsReady(3);
  {
    await using edits = await openSettingEdits(orders);
    const seconds: number[] = [];
    for (let n = 0; n < Number(values.edits); n += 1) {
      const patch = JSON.stringify({ spec: { postgres: { parameters: { work_mem: `${100 + n}MB` } } } });
      const apply = () => orders.kubectl(['patch', 'pgc', orders.name, '--type=merge', '-p', patch]);
      seconds.push((await edits.measure(String(100 + n), apply, 120_000)) / 1_000);
    }
    say(`a parameter of the manifest in force on the slowest of three members: ${summaryOf(seconds)}`);
  }

  await delay(Number(values.minutes) * 60_000, undefined, { signal });
  for (const { container, workingSetMiB, anonymousMiB } of await containerMemory(operator))
    if (container === 'operator')
      say(
        `the operator, one cluster, ${values.minutes} minutes later: working set ${workingSetMiB.toFixed(0)} MiB, anonymous ${anonymousMiB.toFixed(0)} MiB`,
      );
} finally {
  await operator[Symbol.asyncDispose]();
  await end();
}
