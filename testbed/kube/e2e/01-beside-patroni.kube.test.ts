import { objectsOf, render } from '@howdah/helm/testing/chart';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { expect, it } from 'vitest';
import { expectScraped } from './oracles/expect-scraped.ts';
import { storedBackups } from './oracles/repository.ts';
import { usePatroni } from './patroni/use-patroni.ts';

/** As somebody else made it: without agents. */
const patroni = usePatroni({ namespace: 'beside', apply: 'base' });

it('gets the agents by one rolling restart, which leaves the data and the primary’s service as they were', async () => {
  const [first] = await patroni().pods();
  expect(Object.keys(first?.containers ?? {})).toEqual(['postgres']);
  const primary = await patroni().primary();
  await patroni().query(primary, 'CREATE TABLE kept AS SELECT 42 AS answer');

  await patroni().kubectl(['apply', '-k', patroni().files.whole]);
  await patroni().rolledOut();
  await patroni().agentsReady();

  const after = await patroni().pods();
  expect(after.map(({ containers }) => Object.keys(containers).sort())).toEqual([
    ['howdah', 'postgres'],
    ['howdah', 'postgres'],
    ['howdah', 'postgres'],
  ]);
  for (const { containers } of after) {
    expect(containers.howdah?.restartCount).toBe(0);
    expect(containers.postgres?.restartCount).toBe(0);
  }
  const rows = await patroni().query(await patroni().primary(), 'SELECT answer FROM kept');
  expect(rows).toEqual([{ answer: 42 }]);
});

it('has a first full backup in the store, taken by the primary and by no other member', async () => {
  const [backup, ...others] = await waitFor(
    'the first backup',
    async () => {
      const found = await storedBackups(patroni(), await patroni().primary());
      return found.length > 0 ? found : undefined;
    },
    { deadlineMs: 120_000, everyMs: 1_000, signal: patroni().signal, explain: patroni().lastWords },
  );
  expect(others).toEqual([]);
  expect(backup).toMatchObject({ type: 'full' });
  const primary = await patroni().primary();
  expect(backup?.annotation).toMatchObject({ 'howdah-member': primary.name });
  for (const pod of await patroni().pods()) {
    const { agents } = await patroni().status(pod);
    expect(agents.backup?.detail?.role).toBe(pod.name === primary.name ? 'primary' : 'replica');
    if (pod.name !== primary.name) expect(agents.backup?.detail?.lastRun).toBeUndefined();
  }
});

it('takes a backup when a person in the pod asks for one', async () => {
  const { name } = await patroni().primary();
  const asked = ['/usr/local/bin/howdah', 'backup', 'now', '--type', 'incr'];
  const said = await patroni().exec(name, 'howdah', asked, { timeoutMs: 120_000 });
  const newest = (await storedBackups(patroni(), await patroni().primary())).at(-1);
  expect(newest).toMatchObject({ type: 'incr', annotation: { 'howdah-member': name } });
  expect(said).toContain(newest?.label);
});

it('runs in a namespace of Pod Security level restricted, without a service account’s token in the agents', async () => {
  const namespace = await patroni().cluster.kubectl(
    ['get', 'namespace', patroni().namespace, '-o', 'jsonpath={.metadata.labels}'],
    patroni().signal,
  );
  expect(namespace).toContain('"pod-security.kubernetes.io/enforce":"restricted"');
  for (const { name } of await patroni().pods()) {
    // The agents' image has no shell and no ls: Node itself looks.
    const script =
      "console.log(JSON.stringify(fs.readdirSync('/var/run/secrets/kubernetes.io/serviceaccount')))";
    expect(await patroni().exec(name, 'howdah', ['/usr/local/bin/node', '-e', script])).toBe('[]\n');
  }
});

it('is scraped in every pod by the PodMonitor of the chart, and by its annotations', async () => {
  const there = ['--api-versions', 'monitoring.coreos.com/v1/PodMonitor'];
  const rendered = objectsOf(await render({ podMonitor: { interval: '1s' } }, there));
  const monitor = rendered.find(({ kind }) => kind === 'PodMonitor');
  if (monitor === undefined) throw new Error('the chart made no PodMonitor');
  const { namespace } = patroni();
  // `kubectl --namespace` puts it where the agents are.
  const placed = { ...monitor, metadata: { ...monitor.metadata, namespace } };
  const pods = ['patroni-0', 'patroni-1', 'patroni-2'];
  await expectScraped(patroni(), [placed], `${namespace}/${monitor.metadata.name}`, pods);
  await expectScraped(patroni(), [placed], 'annotated', pods);
});

it('tells the same by its command line in the pod', async () => {
  const { name } = await patroni().primary();
  const said = await patroni().exec(name, 'howdah', ['/usr/local/bin/howdah', 'status']);
  expect(said).toMatch(new RegExp(`^All is well: ${name} is primary, the last backup is .* old\\.$`, 'm'));
  expect(said).toContain('5 working');
  const up = samplesOf(await patroni().metrics(await patroni().primary()), 'howdah_agent_up');
  expect(up.map(({ value }) => value)).toEqual([1, 1, 1, 1, 1]);
});
