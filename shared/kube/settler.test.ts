import { describe, expect, it } from 'vitest';
import type { KubeObject } from './object.ts';
import { digestAnnotation, isSettled, Settler, withDigest } from './settler.ts';

const signal = new AbortController().signal;
const map = (data: Readonly<Record<string, string>>, labels = {}): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', data },
  metadata: { name: 'orders-agents', namespace: 'shop', labels },
});

/** An API server of one object: applying what it has already leaves its version. */
const apiServer = (asRead: (object: KubeObject) => KubeObject = (object) => object) => {
  let version = 0;
  let last = '';
  const applied: { readonly object: KubeObject; readonly options: object }[] = [];
  const api = {
    apply: async (object: KubeObject, options: object) => {
      applied.push({ object, options });
      const text = JSON.stringify(object);
      if (text !== last) version += 1;
      last = text;
      const read = asRead(object);
      return { ...read, metadata: { ...read.metadata, resourceVersion: String(version) } };
    },
  };
  return { api: api as never, applied };
};
const at = (object: KubeObject, resourceVersion: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion },
});

describe('what is to be written', () => {
  it('is nothing where the object is as it was applied, whatever the API server added', () => {
    const wanted = withDigest(map({ a: '1' }));
    expect(isSettled(at({ ...wanted, immutable: false }, '4'), wanted)).toBe(true);
    expect(isSettled(undefined, wanted)).toBe(false);
  });

  it('is what another wish left behind, though everything that is wanted is there', () => {
    const [before, now] = [
      map({ a: '1' }, { team: 'shop', tier: 'gold' }),
      map({ a: '1' }, { team: 'shop' }),
    ];
    expect(isSettled(at(withDigest(before), '4'), withDigest(now))).toBe(false);
  });

  it('is what somebody changed by hand', () => {
    const wanted = withDigest(map({ a: '1' }));
    expect(isSettled(at({ ...wanted, data: { a: '2' } }, '4'), wanted)).toBe(false);
    expect(isSettled(at({ ...wanted, data: { a: '1', b: '2' } }, '4'), wanted)).toBe(false);
  });

  it('carries a digest that is the same for the same wish, and keeps what annotations there are', () => {
    const annotated = { ...map({ a: '1' }), metadata: { name: 'x', annotations: { team: 'shop' } } };
    const { annotations = {} } = withDigest(annotated).metadata;
    expect(annotations).toEqual({ team: 'shop', [digestAnnotation]: annotations[digestAnnotation] });
    const digestOf = (object: KubeObject) => withDigest(object).metadata.annotations?.[digestAnnotation];
    expect(digestOf(map({ a: '1' }))).toBe(digestOf(map({ a: '1' })));
    expect(digestOf(map({ a: '1' }))).not.toBe(digestOf(map({ a: '2' })));
  });
});

describe('settling an object', () => {
  it('makes it, then changes it, then puts right what was changed by hand, and says which', async () => {
    const { api, applied } = apiServer();
    const settler = new Settler(api);
    const [one, two] = [map({ a: '1' }), map({ a: '2' })];
    expect(await settler.settle(one, undefined, signal)).toBe('made');
    expect(await settler.settle(one, at(withDigest(one), '1'), signal)).toBe('as-it-was');
    expect(await settler.settle(two, at(withDigest(one), '1'), signal)).toBe('changed');
    const byHand = at({ ...withDigest(two), data: { a: '3' } }, '0');
    expect(await settler.settle(two, byHand, signal)).toBe('put-right');
    for (const { options } of applied)
      expect(options).toEqual({ fieldManager: 'howdah-operator', force: true });
  });

  it('writes once what the API server writes in another way', async () => {
    const { api, applied } = apiServer((object) => ({ ...object, data: { cpu: '100m' } }));
    const settler = new Settler(api);
    const wanted = map({ cpu: '0.1' });
    const live = at({ ...withDigest(wanted), data: { cpu: '100m' } }, '1');
    expect(await settler.settle(wanted, live, signal)).toBe('as-it-was');
    expect(await settler.settle(wanted, live, signal)).toBe('as-it-was');
    expect(applied).toHaveLength(1);
    settler.forget('shop', 'orders');
    await settler.settle(wanted, live, signal);
    expect(applied).toHaveLength(2);
  });
});
