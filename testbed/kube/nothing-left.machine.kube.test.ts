import { readdir } from 'node:fs/promises';
import { endProcess } from '@howdah/testbed-tools/process/end-process';
import { isAlive, type ProcessIdentity } from '@howdah/testbed-tools/process/proc';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { expect, it } from 'vitest';
import { startKube } from './cluster.ts';
import { endOwn } from './clusters/own.ts';
import { readNodeRecord } from './host/node-record.ts';
import { decideKubeLayout } from './layout.ts';
import { added, familyOf, machineState } from './testing/machine.ts';
import { claimOf, idlePod, useNamespace } from './testing/pods.ts';

const layout = decideKubeLayout(currentWorkspace());

/** A cluster with a pod, a service, a mounted volume and a store, so that there is something to leave behind. */
const busyCluster = async (signal: AbortSignal): Promise<readonly ProcessIdentity[]> => {
  const cluster = await startKube({ signal, tell: () => undefined, origin: 'own' });
  const namespace = await useNamespace(cluster, 'left', signal);
  await namespace.apply(claimOf('data', 'howdah-sized', '300Mi'), idlePod('idle', 'data', 10_001), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'idle' },
    spec: { selector: { app: 'idle' }, ports: [{ port: 80 }] },
  });
  await cluster.kubectl(['wait', '-n', 'left', 'pod/idle', '--for=condition=Ready', '--timeout=60s'], signal);
  await cluster.store('s3', signal);
  const init = readNodeRecord(layout.node)?.init;
  if (init === undefined) throw new Error('no node is written down');
  const family = familyOf(init);
  // The parts, a shim, a sandbox and its container at least: else this would prove little.
  expect(family.length).toBeGreaterThan(12);
  return family;
};

it('leaves no process, mount, interface, route, table, cgroup, setting or directory behind', async ({
  signal,
}) => {
  await endOwn();
  const before = await machineState();
  const family = await busyCluster(signal);
  expect(Object.keys(added(before, await machineState()))).toContain('interfaces');
  await endOwn();
  expect(family.filter(isAlive)).toEqual([]);
  expect(added(before, await machineState())).toEqual({});
  expect((await readdir(layout.state)).sort()).toEqual(['containerd', 'logs']);
});

it('leaves nothing behind either when the node was killed in the middle of it', async ({ signal }) => {
  const before = await machineState();
  const family = await busyCluster(signal);
  const launcher = readNodeRecord(layout.node)?.launcher;
  if (launcher === undefined) throw new Error('no node is written down');
  await endProcess(launcher, 'SIGTERM', 5_000);
  await endOwn();
  expect(family.filter(isAlive)).toEqual([]);
  expect(added(before, await machineState())).toEqual({});
});
