import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKube } from '@howdah/testbed-kube/cluster';
import { type Patroni, startPatroni } from '@howdah/testbed-kube-e2e/patroni/patroni';
import { setup } from '@howdah/testbed-kube-e2e/tier-setup';
import { type FileEdits, openFileEdits } from '@howdah/testbed-kube-e2e/trouble/edit-setting';
import { firstProcess, killContainer } from '@howdah/testbed-kube-e2e/trouble/kill-container';
import { getText } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import Table from 'cli-table3';
import { median } from '../memory/held.ts';
import { containerMemory } from './container-memory.ts';

/** What the agents take in pods, and how long things take there; ../kube.md has the last figures. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    edits: { type: 'string', default: '50' },
    untouched: { type: 'string', default: '20' },
    starts: { type: 'string', default: '7' },
  },
});

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

const summaryOf = (values: readonly number[], unit: string): string =>
  `median ${median(values).toFixed(2)} ${unit} of ${values.length}, from ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)}`;

const tellMemory = async (patroni: Patroni): Promise<void> => {
  const table = new Table({ head: ['pod', 'container', 'working set', 'anonymous'], style: { head: [] } });
  for (const { pod, container, workingSetMiB, anonymousMiB } of await containerMemory(patroni))
    table.push([pod, container, `${workingSetMiB.toFixed(0)} MiB`, `${anonymousMiB.toFixed(0)} MiB`]);
  say(table.toString());
};

/** From the start of the container's first process to the first 200 of /readyz. */
const startToReady = async (patroni: Patroni, name: string): Promise<number> => {
  const before = await patroni.pod(name);
  await killContainer(before, 'howdah', stop.signal);
  await waitFor(
    'the agents to be ready again',
    () => getText(`http://${before.address}:9187/readyz`, stop.signal),
    { deadlineMs: 120_000, everyMs: 25, signal: stop.signal, explain: patroni.lastWords },
  );
  const readyMs = performance.now();
  const after = await waitFor(
    'the new container to be known',
    async () => {
      const now = await patroni.pod(name);
      const isNew = now.containers.howdah?.containerID !== before.containers.howdah?.containerID;
      return isNew ? now : undefined;
    },
    { deadlineMs: 30_000, everyMs: 250, signal: stop.signal },
  );
  const { startTicks } = await firstProcess(after, 'howdah', stop.signal);
  const [upSeconds] = (await readFile('/proc/uptime', 'utf8')).split(' ');
  const ageSeconds = Number(upSeconds) - startTicks / 100;
  return ageSeconds - (performance.now() - readyMs) / 1_000;
};

const propagation = async (edits: FileEdits, count: number, touch: boolean, from: number) => {
  const seconds: number[] = [];
  for (let n = 0; n < count; n += 1)
    seconds.push((await edits.edit(String(from + n), touch, 240_000)) / 1_000);
  return seconds;
};

const end = await setup();
const cluster = await startKube({ signal: stop.signal, tell: say });
const patroni = await startPatroni(cluster, { namespace: 'bench', signal: stop.signal });
try {
  const minutes = Number(values.minutes);
  say(`three members are up; ${minutes} minutes without a load`);
  await delay(minutes * 60_000, undefined, { signal: stop.signal });
  await tellMemory(patroni);

  const { name } = await patroni.primary();
  const starts: number[] = [];
  for (let n = 0; n < Number(values.starts); n += 1) starts.push(await startToReady(patroni, name));
  say(`start to ready, five agents beside the primary: ${summaryOf(starts, 's')}`);

  await using edits = await openFileEdits(patroni);
  const touched = await propagation(edits, Number(values.edits), true, 100);
  say(`kubectl apply to pg_settings of the slowest of three, pods touched: ${summaryOf(touched, 's')}`);
  const untouched = await propagation(edits, Number(values.untouched), false, 200);
  say(`the same, pods left alone: ${summaryOf(untouched, 's')}`);
} finally {
  await patroni[Symbol.asyncDispose]();
  await end();
}
