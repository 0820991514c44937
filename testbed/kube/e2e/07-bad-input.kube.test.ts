import { expect, it } from 'vitest';
import { smallSegments } from './oracles/expect-audit-whole.ts';
import { expectHealthy, waitingFor } from './oracles/what-agents-say.ts';
import { applyExample } from './patroni/apply-example.ts';
import { usePatroni } from './patroni/use-patroni.ts';
import { hastenMounts } from './trouble/hasten-mounts.ts';
import { changeKeys, described, servingPod, untilWaiting } from './trouble/troubled-pod.ts';

const agents = ['audit-upload', 'backup', 'config-reload', 'exporter', 'logship'];
const agentFiles = 'patroni-howdah-config';
const garbage = 'intervalSeconds: {{ .Values.nonsense }}\n: [';

const configMap = (name: string, data: Readonly<Record<string, string>>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
/** Over the suite's container, or the pod. */
const inPod = (spec: object) => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'patroni' },
  spec: { template: { spec } },
});
const missing = /(Failed to pull|Back-off pulling) image "docker.io\/howdah\/agent:missing"/;

const everyKey = ['access-key-id', 'secret-access-key', 'ca.crt'];
/** Every key by name, so that one that is missing is missed. */
const values = {
  ...smallSegments,
  secrets: { 'audit-store': { items: everyKey.map((key) => ({ key, path: key })) } },
};

/** Every file is wrong from the first start on: the agents' and PostgreSQL's. */
const patroni = usePatroni({
  namespace: 'bad-input',
  members: 1,
  values,
  patches: [
    configMap(agentFiles, Object.fromEntries(agents.map((name) => [`${name}.yaml`, garbage]))),
    configMap('patroni-howdah-postgres', {
      'postgresql.conf': 'shared_buffers = much\n',
      'pg_hba.conf': 'everybody is welcome\n',
      'pgaudit.conf': '= = =\n',
    }),
  ],
  readyPorts: [],
});

const apply = (more: { readonly values?: object; readonly patches?: readonly object[] } = {}) =>
  applyExample(patroni(), { members: 1, ...more, values: [values, more.values ?? {}] });

it('a suite whose every file is wrong does not keep PostgreSQL from starting and serving', async () => {
  const pod = await servingPod(patroni());
  expect(pod.containers.postgres).toMatchObject({ ready: true, restartCount: 0 });
  expect(pod.containers.howdah).toMatchObject({ ready: true, restartCount: 0 });

  const waits = await untilWaiting(
    ...([patroni(), pod, 'all five to say what is wrong'] as const),
    (found) => Object.keys(found).length === 5 && !('none' in found),
  );
  for (const name of agents) expect(waits[name], name).toMatch(`a correct ${name}.yaml: `);
  await expectHealthy(patroni(), pod);
  const { agents: status } = await patroni().status(pod);
  for (const agent of Object.values(status))
    expect(agent).toMatchObject({ state: 'misconfigured', config: { valid: false } });
  const log = await patroni().kubectl(['logs', pod.name, '-c', 'howdah']);
  expect(log.split('\n').filter((line) => line.includes('configuration is wrong'))).toHaveLength(5);
});

it('the corrected files are taken live', async () => {
  const before = await patroni().pod('patroni-0');
  await apply();
  await hastenMounts(patroni());
  await patroni().agentsReady();
  const after = await patroni().pod('patroni-0');
  expect(after).toMatchObject({ uid: before.uid, containers: { howdah: { restartCount: 0 } } });
});

it('a read-only state volume: PostgreSQL serves, and `kubectl describe pod` says what to do', async () => {
  const before = await patroni().pod('patroni-0');
  const mounts = [{ mountPath: '/var/lib/howdah', readOnly: true }];
  await apply({ patches: [inPod({ initContainers: [{ name: 'howdah', volumeMounts: mounts }] })] });
  const pod = await servingPod(patroni(), before);
  const text = await described(patroni(), 'the agents’ last words', /HOWDAH_STATE_DIRECTORY_UNWRITABLE/);
  expect(text).toContain('Mount a persistent volume that the process’s user may write');
  expect(text).toMatch(/Exit Code: +78/);
  expect((await patroni().pod(pod.name)).containers.postgres).toMatchObject({ ready: true, restartCount: 0 });
});

it('a wrong uid: PostgreSQL serves, and /readyz and /status name the files that are somebody else’s', async () => {
  const before = await patroni().pod('patroni-0');
  await apply({ values: { securityContext: { runAsUser: 20_002 } } });
  const pod = await servingPod(patroni(), before);
  const waits = await untilWaiting(
    patroni(),
    pod,
    'four agents to say what they may not do',
    (found) =>
      /authentication failed/.test(found.exporter ?? '') &&
      ['logship', 'audit-upload', 'config-reload'].every((name) => found[name]?.includes('EACCES')),
  );
  expect(waits.logship).toContain('/var/lib/howdah/logship/');
  expect(waits['config-reload']).toContain('/var/lib/howdah/config-reload/');
  const { agents: status } = await patroni().status(pod);
  expect(status['audit-upload']?.lastError).toMatchObject({
    message: expect.stringContaining('/var/lib/howdah/audit-upload/'),
    remedy: 'Check the state volume and its owner.',
  });
  await expectHealthy(patroni(), pod);
  expect((await patroni().pod(pod.name)).containers).toMatchObject({
    postgres: { restartCount: 0 },
    howdah: { restartCount: 0 },
  });
});

it('a Secret without the named key, and a ConfigMap without an agent’s file, at a start: the others work', async () => {
  const before = await patroni().pod('patroni-0');
  await apply();
  await changeKeys(patroni(), 'secret', 'audit-store', { 'secret-access-key': null });
  await changeKeys(patroni(), 'configmap', agentFiles, { 'exporter.yaml': null });
  const pod = await servingPod(patroni(), before);
  const secret = '/etc/howdah/secrets/audit-store/secret-access-key';
  // Segments are sealed and wait; nothing is lost while the key is missing.
  await patroni().query(pod, 'CREATE TABLE audited ()');
  const waits = await untilWaiting(
    ...([patroni(), pod, 'audit-upload to say which file it misses'] as const),
    (found) => Object.keys(found).join() === 'audit-upload',
  );
  expect(waits['audit-upload']).toContain(secret);
  const { agents: status } = await patroni().status(pod);
  // A file turns an agent on, so one that is not there leaves it off, and off is what is said.
  expect(Object.keys(status).sort()).toEqual(agents.filter((name) => name !== 'exporter'));
  expect(status['audit-upload']?.config).toMatchObject({
    valid: false,
    problems: [{ path: 'store.s3.secretAccessKeyFile', seen: `"${secret}"` }],
  });
  await expectHealthy(patroni(), pod);
});

it('no ConfigMap at all: PostgreSQL serves, and the suite says where it looks for a file', async () => {
  const before = await patroni().pod('patroni-0');
  await patroni().kubectl(['delete', 'configmap', agentFiles]);
  await patroni().kubectl(['delete', 'pod', before.name]);
  const pod = await servingPod(patroni(), before);
  expect(await waitingFor(patroni(), pod)).toEqual({
    none: expect.stringContaining('a configuration file in /etc/howdah/config'),
  });
  await expectHealthy(patroni(), pod);
});

it('an image that is not there: an ordinary container leaves PostgreSQL serving, and the pod names the image', async () => {
  const before = await patroni().pod('patroni-0');
  await apply({ values: { image: { tag: 'missing' }, nativeSidecar: false } });
  const pod = await servingPod(patroni(), before);
  await described(patroni(), 'the pod to name the image', missing);
  expect((await patroni().pod(pod.name)).containers.postgres).toMatchObject({ ready: true, restartCount: 0 });
});

it('an image that is not there: a native sidecar holds PostgreSQL up, the pod names it, and the right name mends it', async () => {
  await apply({ values: { image: { tag: 'missing' } } });
  const held = new RegExp(`Init Containers:[^]*ImagePull[^]*${missing.source}`);
  await described(patroni(), 'the pod to name the image', held);
  // It is described before it has an address.
  const before = await patroni().waitFor('its address', async () => (await patroni().pods())[0], 30_000);
  expect(before.containers.postgres).toMatchObject({ ready: false });
  await apply();
  await servingPod(patroni(), before);
  await patroni().agentsReady();
});
