import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { expect, it } from 'vitest';
import { containersOf } from './oracles/forms.ts';
import { storedBackups } from './oracles/repository.ts';
import { applyExample } from './patroni/apply-example.ts';
import { suitePort } from './patroni/members.ts';
import { exporterPort, logshipPort, separatePorts } from './patroni/separate-ports.ts';
import { usePatroni } from './patroni/use-patroni.ts';

const separate = [
  'howdah-config-reload',
  'howdah-exporter',
  'howdah-backup',
  'howdah-logship',
  'howdah-audit-upload',
];

const patroni = usePatroni({
  namespace: 'forms',
  members: 1,
  values: { layout: 'separate', nativeSidecar: true },
  readyPorts: separatePorts,
});

const inOrder = async (ports: readonly number[]) => {
  await patroni().agentsReady(ports);
  const [pod] = await patroni().pods();
  if (pod === undefined) throw new Error('there is no pod');
  // Ready at the first try: nothing of it had to be started twice.
  for (const [name, { restartCount }] of Object.entries(pod.containers)) expect(restartCount, name).toBe(0);
  return pod;
};

it('five native sidecars, each with one agent on a port of its own', async () => {
  const pod = await inOrder(separatePorts);
  expect(await containersOf(patroni(), pod.name)).toEqual({ sidecars: separate, ordinary: ['postgres'] });
  const agents = await Promise.all(
    separatePorts.map(async (port) => Object.keys((await patroni().status(pod, port)).agents)),
  );
  expect(agents).toEqual(separate.map((name) => [name.slice('howdah-'.length)]));
  expect(samplesOf(await patroni().metrics(pod, exporterPort), 'pg_up')[0]?.value).toBe(1);
  const backup = await waitFor('a first backup', async () => (await storedBackups(patroni(), pod))[0], {
    ...{ deadlineMs: 120_000, everyMs: 1_000, signal: patroni().signal, explain: patroni().lastWords },
  });
  expect(backup.type).toBe('full');
});

it.each([
  {
    form: 'five ordinary containers',
    values: { layout: 'separate', nativeSidecar: false },
    ports: separatePorts,
    expected: { sidecars: [], ordinary: ['postgres', ...separate] },
  },
  {
    form: 'the suite as an ordinary container',
    values: { layout: 'suite', nativeSidecar: false },
    ports: [suitePort],
    expected: { sidecars: [], ordinary: ['postgres', 'howdah'] },
  },
])('$form, by another rendering of the chart and one restart', async ({ values, ports, expected }) => {
  const before = await patroni().pod('patroni-0');
  await applyExample(patroni(), { members: 1, values });
  await patroni().rolledOut();
  const pod = await inOrder(ports);
  expect(pod.uid).not.toBe(before.uid);
  const found = await containersOf(patroni(), pod.name);
  expect({ ...found, ordinary: found.ordinary.toSorted() }).toEqual({
    ...expected,
    ordinary: expected.ordinary.toSorted(),
  });
  // The state is the same one: whoever counts now goes on where the others ended.
  const port = ports.includes(logshipPort) ? logshipPort : suitePort;
  await waitFor(
    'the counts of the form before',
    async () => {
      const files = (await patroni().status(pod, port)).agents.logship?.detail?.files ?? [];
      return files.length > 1;
    },
    { deadlineMs: 30_000, signal: patroni().signal, explain: patroni().lastWords },
  );
});
