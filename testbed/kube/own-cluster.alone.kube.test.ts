import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { beforeAll, describe, expect, it } from 'vitest';
import { startKube } from './cluster.ts';
import { runInside } from './host/run-inside.ts';
import type { KubeCluster } from './kube-cluster.ts';
import { decideKubeLayout } from './layout.ts';
import { scrapeBy } from './stores/scrape-by.ts';
import { scrapedPods } from './stores/scraped-pods.ts';
import { accountConfig, claimOf, idlePod, kubectlPod, podWithMetrics, useNamespace } from './testing/pods.ts';

const layout = decideKubeLayout(currentWorkspace());
const kubectlFile = join(currentWorkspace().tools, 'kube/bin/kubectl');
let cluster: KubeCluster;
beforeAll(async () => {
  const signal = AbortSignal.timeout(280_000);
  cluster = await startKube({ signal, tell: () => undefined, origin: 'own' });
}, 300_000);

const ready = (namespace: string, pod: string, signal: AbortSignal) =>
  cluster.kubectl(['wait', '-n', namespace, `pod/${pod}`, '--for=condition=Ready', '--timeout=60s'], signal);

const volumeOf = async (namespace: string, claim: string, signal: AbortSignal): Promise<string> => {
  const args = ['get', 'pvc', claim, '-n', namespace, '-o', 'jsonpath={.spec.volumeName}'];
  return join(layout.volumes, await cluster.kubectl(args, signal));
};

const capacityOf = (namespace: string, claim: string, signal: AbortSignal) =>
  cluster.kubectl(
    ['get', 'pvc', claim, '-n', namespace, '-o', 'jsonpath={.status.capacity.storage}'],
    signal,
  );

describe('a volume', () => {
  it('belongs to the pod’s fsGroup, and survives the pod', async ({ signal }) => {
    await using namespace = await useNamespace(cluster, 'volumes', signal);
    await namespace.apply(claimOf('data', 'howdah-local', '1Gi'), idlePod('first', 'data', 10_001));
    await ready('volumes', 'first', signal);
    const path = await volumeOf('volumes', 'data', signal);
    expect((await stat(path)).gid).toBe(10_001);

    await writeFile(join(path, 'written'), 'by the first pod');
    await cluster.kubectl(['delete', 'pod', 'first', '-n', 'volumes'], signal);
    await namespace.apply(idlePod('second', 'data', 10_001));
    await ready('volumes', 'second', signal);
    expect(await readFile(join(path, 'written'), 'utf8')).toBe('by the first pod');
  });

  it('of the sized class is full when it is full, and has more room after it has grown', async ({
    signal,
  }) => {
    await using namespace = await useNamespace(cluster, 'sized', signal);
    await namespace.apply(claimOf('data', 'howdah-sized', '300Mi'), idlePod('idle', 'data', 10_001));
    await ready('sized', 'idle', signal);
    const path = await volumeOf('sized', 'data', signal);
    const fill = (name: string) =>
      runInside(layout, ['dd', 'if=/dev/zero', `of=${path}/${name}`, 'bs=1M', 'count=320'], signal);
    await expect(fill('first')).rejects.toThrow(/No space left on device/);

    const larger = JSON.stringify({ spec: { resources: { requests: { storage: '700Mi' } } } });
    await cluster.kubectl(['patch', 'pvc', 'data', '-n', 'sized', '-p', larger], signal);
    await waitFor('the claim to grow', async (s) => (await capacityOf('sized', 'data', s)) === '700Mi', {
      deadlineMs: 30_000,
      signal,
    });
    await fill('second');
  });

  it('is removed with its claim', async ({ signal }) => {
    let path = '';
    {
      await using namespace = await useNamespace(cluster, 'removed', signal);
      await namespace.apply(claimOf('data', 'howdah-sized', '300Mi'), idlePod('idle', 'data', 10_001));
      await ready('removed', 'idle', signal);
      path = await volumeOf('removed', 'data', signal);
    }
    const gone = () =>
      stat(path).then(
        () => false,
        () => true,
      );
    await waitFor('its directory to go', gone, { deadlineMs: 30_000, signal });
  });
});

it('OpenSearch takes a document once', async ({ signal }) => {
  const { url } = await cluster.store('opensearch', signal);
  const create = () =>
    fetch(`${url}/logs/_create/1`, {
      ...{ method: 'PUT', headers: { 'content-type': 'application/json' }, signal },
      body: JSON.stringify({ message: 'the elephant' }),
    });
  expect((await create()).status).toBe(201);
  expect((await create()).status).toBe(409);
  await cluster.part('opensearch').stop(signal);
});

describe('a pod', () => {
  it('reaches the API by its service’s name, and a store by its own', async ({ signal }) => {
    const s3 = await cluster.store('s3', signal);
    await using namespace = await useNamespace(cluster, 'reach', signal);
    await namespace.apply(
      accountConfig('api', 'https://kubernetes.default.svc'),
      kubectlPod('api', kubectlFile, ['get', '--raw', '/readyz']),
      accountConfig('store', `https://${s3.hostName}:${s3.port}`),
      kubectlPod('store', kubectlFile, ['get', '--raw', '/']),
    );
    const said = (pod: string) =>
      waitFor(
        `the words of ${pod}`,
        async (s) => (await cluster.kubectl(['logs', pod, '-n', 'reach'], s)).trim() || undefined,
        { deadlineMs: 30_000, signal },
      );
    expect(await said('api')).toBe('ok');
    expect(await said('store')).toMatch(/AccessDenied|Access Denied|forbidden/i);
  });

  it('is scraped when a PodMonitor chooses it, and no other is', async ({ signal }) => {
    const prometheus = await cluster.store('prometheus', signal);
    await using namespace = await useNamespace(cluster, 'scraped', signal);
    await namespace.apply(
      podWithMetrics('chosen', { app: 'this' }),
      podWithMetrics('other', { app: 'that' }),
    );
    await ready('scraped', 'other', signal);
    const spec = {
      selector: { matchLabels: { app: 'this' } },
      podMetricsEndpoints: [{ port: 'metrics', interval: '1s' }],
    };
    const monitor = { metadata: { name: 'these', namespace: 'scraped' }, spec };
    await scrapeBy(prometheus, [monitor], signal);
    const found = () => scrapedPods(prometheus, 'up', { job: 'scraped/these' }, signal);
    // Nothing listens there: it is asked all the same.
    await waitFor('Prometheus to ask a pod', async () => (await found()).length > 0, {
      ...{ deadlineMs: 60_000, signal },
    });
    expect(await found()).toEqual([{ pod: 'chosen', value: '0' }]);
  });

  it('is started again by a kubelet that was killed and came back', async ({ signal }) => {
    await using namespace = await useNamespace(cluster, 'kubelet', signal);
    await cluster.part('kubelet').kill(signal);
    await namespace.apply(claimOf('data', 'howdah-local', '1Mi'), idlePod('idle', 'data', 10_001));
    await cluster.part('kubelet').start(signal);
    await ready('kubelet', 'idle', signal);
  });
});
