import { HowdahError } from '@howdah/core/errors';
import type { KubeList } from '@howdah/kube/api';
import { kubeErrors } from '@howdah/kube/errors';
import { expect, it } from 'vitest';
import { imagesOf } from './images.ts';

const operatorFor = (watched: string, agent: string): KubeList['items'][number] => {
  const env = Object.entries({
    HOWDAH_WATCH_NAMESPACE: watched,
    HOWDAH_AGENT_IMAGE: agent,
    HOWDAH_POSTGRES_IMAGES: '17=postgres:17',
  }).map(([name, value]) => ({ name, value }));
  const fromPod = { name: 'HOWDAH_POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'howdah-operator' } },
    spec: { template: { spec: { containers: [{ name: 'operator', env: [fromPod, ...env] }] } } },
  };
};
const signal = new AbortController().signal;
const listing = (...items: KubeList['items']) => ({ list: async () => ({ resourceVersion: '1', items }) });

it('are those of the operator that looks after the namespace', async () => {
  const api = listing(
    operatorFor('', 'agent:all'),
    operatorFor('shop', 'agent:shop'),
    operatorFor('x', 'agent:x'),
  );
  expect((await imagesOf(api, 'shop', {}, signal)).agent).toBe('agent:shop');
  expect(await imagesOf(api, 'other', {}, signal)).toEqual({
    ...{ agent: 'agent:all', postgres: { 17: 'postgres:17' }, pullPolicy: 'IfNotPresent' },
  });
});

it('are those that were given, without an operator', async () => {
  const given = { agent: 'mine', postgres: '15=a,17=b' };
  const images = await imagesOf(listing(), 'shop', given, signal);
  expect(images).toMatchObject({ agent: 'mine', postgres: { 15: 'a', 17: 'b' } });
  await expect(imagesOf(listing(), 'shop', { agent: 'mine' }, signal)).rejects.toThrow(/no operator/);
  const wrong = imagesOf(listing(), 'shop', { agent: 'mine', postgres: '17' }, signal);
  await expect(wrong).rejects.toThrow(/major=image/);
});

it('are looked for in the cluster’s own namespace by somebody who may not look everywhere', async () => {
  const api = {
    list: async (_resource: unknown, { namespace }: { readonly namespace?: string }) => {
      if (namespace === undefined) throw new HowdahError(kubeErrors.forbidden, 'cannot list');
      return { resourceVersion: '1', items: [operatorFor(namespace, 'agent:here')] };
    },
  };
  expect((await imagesOf(api, 'shop', {}, signal)).agent).toBe('agent:here');
});
