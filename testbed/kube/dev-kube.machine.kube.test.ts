import { join } from 'node:path';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { ourselves, type RunOptions, runAs } from '@howdah/testing/run-as';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOwn, findOwn } from './clusters/own.ts';
import { readNodeRecord } from './host/node-record.ts';
import { runInside } from './host/run-inside.ts';
import { writePauseImage } from './images/pause-image.ts';
import { decideKubeLayout } from './layout.ts';
import { containerdSocket } from './parts/containerd.ts';
import { programDirectories } from './programs.ts';
import { podWithMetrics, useNamespace } from './testing/pods.ts';

// The verbs of `./dev kube` as somebody types them, from the first `up` to the last `down`.
const workspace = currentWorkspace();
const layout = decideKubeLayout(workspace);
const programs = programDirectories(workspace);

/** Runs a command in the clone; gives what it printed. It rejects with the words of one that fails. */
const run = async (file: string, args: readonly string[], options: RunOptions = {}): Promise<string> => {
  const { stdout } = await runAs(ourselves(), file, args, {
    ...{ cwd: workspace.clone, timeoutMs: 280_000 },
    ...options,
  });
  return stdout;
};
const kube = (...words: string[]) => run('./dev', ['kube', ...words]);
const init = () => readNodeRecord(layout.node)?.init;

beforeAll(() => endOwn());
afterAll(() => endOwn());

it('up says to anybody but root what is needed and what else there is, before it installs anything', async () => {
  // The same files with the same rights, and another number for who we are.
  const asNobody = ['--user', '--map-user=65534', '--map-group=65534', './dev', 'kube', 'up'];
  const said = await run('unshare', asNobody).catch(String);
  expect(said).toContain('takes root on Linux');
  expect(said).toContain('./dev kube up --cluster kind, or --cluster given');
  expect(init()).toBeUndefined();
});

it.each(['status', 'env', 'shell'])('%s says that no cluster is up, and starts none', async (verb) => {
  await expect(kube(verb)).rejects.toThrow('no cluster of this clone is up');
  expect(init()).toBeUndefined();
});

it('up starts the cluster, and a second time leaves it as it is', async () => {
  expect(await kube('up')).toMatch(/^The cluster is up \(\d+ s\)\.$/m);
  const started = init();
  expect(started).toBeDefined();
  expect(await kube('up')).toMatch(/^The cluster is up \(\d s\)\.$/m);
  expect(init()).toEqual(started);
});

it('env makes a shell use it', async () => {
  const script = 'eval "$(./dev kube env)" && kubectl get nodes -o name && helm version --short';
  expect(await run('/bin/sh', ['-c', script])).toMatch(/^node\/howdah-node\nv\d+\.\d+/);
});

it('load brings an image by its archive, which pods then have; and status names them with node and addresses', async ({
  signal,
}) => {
  const cluster = findOwn();
  if (cluster === undefined) throw new Error('the cluster is not up');
  const image = 'docker.io/howdah/loaded-by-hand:dev';
  await using directory = await temporaryDirectory();
  const archive = join(directory.path, 'loaded.tar');
  await writePauseImage(join(programs.node, 'pause'), archive, image);
  const ctr = (...words: string[]) =>
    runInside(layout, [join(programs.node, 'ctr'), '-a', containerdSocket, '-n', 'k8s.io', ...words], signal);
  // Images stay over the end of a cluster: that of an earlier run, if that did not come to its end.
  await ctr('images', 'rm', image);
  try {
    expect(await kube('load', archive)).toContain('is loaded; pods use it');
    await using namespace = await useNamespace(cluster, 'by-hand', signal);
    await namespace.apply(podWithMetrics('loaded', {}, image));
    const ready = ['wait', '-n', 'by-hand', 'pod/loaded', '--for=condition=Ready', '--timeout=60s'];
    await cluster.kubectl(ready, signal);

    const status = await kube('status');
    expect(status).toMatch(/^node +howdah-node +Ready/m);
    expect(status).toContain(`kubeconfig  ${layout.kubeconfig}`);
    expect(status).toMatch(/^this machine, as pods see it +198\.18\.0\.1$/m);
    expect(status).toMatch(/^by-hand +loaded +1\/1 +Running/m);
  } finally {
    await ctr('images', 'rm', image);
  }
  await expect(kube('load', 'howdah/no-such:dev')).rejects.toThrow(
    /neither a file howdah\/no-such:dev nor an image of that name/,
  );
});

it('shell is a shell that uses it, and ends as that does', async () => {
  const typed = (input: string) => run('./dev', ['kube', 'shell'], { input, env: { SHELL: '/bin/sh' } });
  expect(await typed('kubectl get nodes -o name\n')).toBe('node/howdah-node\n');
  await expect(typed('exit 3\n')).rejects.toThrow('ended with 3');
});

describe('given to us by its KUBECONFIG, as somebody else’s would be', () => {
  const env = { KUBECONFIG: layout.kubeconfig, HOWDAH_KUBE_CLUSTER: 'given' };
  const given = (...words: string[]) => run('./dev', words, { env });

  it('it has a status, and no image can be loaded into it', async () => {
    const status = await given('kube', 'status');
    expect(status).toMatch(/^cluster +given$/m);
    expect(status).toMatch(/^node +howdah-node +Ready/m);
    await expect(given('kube', 'load', './dev')).rejects.toThrow('push it to a registry');
  });

  it('the tests that need its API server alone run on it, and it goes on', async () => {
    const started = init();
    const said = await given('test', '--project', 'kube');
    expect(said).toContain('13-wrong-manifests.api.kube.test.ts');
    expect(said).toMatch(/^[1-9]\d* passed, 0 failed, 0 skipped$/m);
    expect(init()).toEqual(started);
  });
});

it('down ends it, and says so when there is none', async () => {
  expect(await kube('down')).toBe('The cluster has ended.\n');
  expect(init()).toBeUndefined();
  expect(await kube('down')).toBe('No cluster was running.\n');
});
