import { expect, it } from 'vitest';
import type { KubeApi } from './api.ts';
import { countWrites } from './count-writes.ts';
import type { KubeObject } from './object.ts';
import { resources } from './resource.ts';

const object: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', namespace: 'shop' },
};
const place = { namespace: 'shop', name: 'a' };
const signal = new AbortController().signal;

/** Every answer is the same one; what was counted of them. */
const start = (answer: () => Promise<KubeObject>) => {
  const counted: string[] = [];
  const api = {
    ...{ get: answer, list: answer, apply: answer, create: answer, replace: answer, mergePatch: answer },
    remove: answer,
  } as unknown as KubeApi;
  return { counted, api: countWrites(api, (kind, verb) => counted.push(`${kind} ${verb}`)) };
};

it('counts each way to write, by kind, and neither a question nor a dry run', async () => {
  const { counted, api } = start(async () => object);
  const fieldManager = 'test';
  await api.get(resources.configMap, place, signal);
  await api.list(resources.configMap, {}, signal);
  await api.apply(object, { fieldManager, dryRun: 'strict' }, signal);
  await api.mergePatch(resources.pod, place, {}, { fieldManager, dryRun: 'lenient' }, signal);
  expect(counted).toEqual([]);

  expect(await api.apply(object, { fieldManager }, signal)).toBe(object);
  await api.apply(object, { fieldManager, subresource: 'status' }, signal);
  await api.create(object, signal);
  await api.replace(object, signal);
  await api.mergePatch(resources.pod, place, {}, { fieldManager }, signal);
  await api.remove(resources.pod, place, {}, signal);
  const ofMap = ['apply', 'status', 'create', 'replace'].map((verb) => `ConfigMap ${verb}`);
  expect(counted).toEqual([...ofMap, 'Pod patch', 'Pod delete']);
});

it('counts nothing that was refused', async () => {
  const { counted, api } = start(() => Promise.reject(new Error('conflict')));
  await expect(api.create(object, signal)).rejects.toThrow('conflict');
  expect(counted).toEqual([]);
});
