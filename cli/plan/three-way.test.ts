import { expect, it } from 'vitest';
import { lastApplied, mergePatchFor, patchOf } from './three-way.ts';

const before = {
  kind: 'PostgresCluster',
  spec: { instances: 2, postgres: { version: 17, hba: ['a'] }, audit: {} },
};

it('takes away what the manifest said the last time and says no more, and nothing that others wrote', () => {
  const manifest = { kind: 'PostgresCluster', spec: { postgres: { version: 17 } } };
  expect(mergePatchFor(before, manifest)).toEqual({
    kind: 'PostgresCluster',
    spec: { instances: null, audit: null, postgres: { version: 17, hba: null } },
  });
});

it('leaves annotations that somebody else wrote', () => {
  const manifest = { apiVersion: 'v1', kind: 'PostgresCluster', metadata: { name: 'orders' } };
  const applied = { ...manifest, metadata: { ...manifest.metadata, annotations: {} } };
  const live = {
    ...manifest,
    metadata: {
      name: 'orders',
      annotations: {
        'howdah.dev/paused': 'yes',
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied),
      },
    },
  };
  expect(patchOf(live, manifest)).toEqual({ ...manifest, metadata: { name: 'orders', annotations: {} } });
});

it('says everything where nothing was applied before, or nobody can read what', () => {
  const live = (annotation?: string) => ({
    ...{ apiVersion: 'v1', kind: 'PostgresCluster' },
    metadata: {
      name: 'orders',
      ...(annotation === undefined
        ? {}
        : { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': annotation } }),
    },
  });
  expect(lastApplied(live())).toEqual({});
  expect(lastApplied(live('{'))).toEqual({});
  expect(lastApplied(live(JSON.stringify(before)))).toEqual(before);
  expect(mergePatchFor({}, before)).toEqual(before);
});
