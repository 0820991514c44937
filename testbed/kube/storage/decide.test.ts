import { describe, expect, it } from 'vitest';
import { decideStorage } from './decide.ts';
import type { Claim, Volume } from './objects.ts';
import { bytesOf } from './quantity.ts';

const claim = (spec: Partial<Claim['spec']>, rest: { node?: string; has?: string } = {}): Claim => ({
  metadata: {
    name: 'data-pg-0',
    namespace: 'demo',
    uid: 'u1',
    annotations: rest.node === undefined ? {} : { 'volume.kubernetes.io/selected-node': rest.node },
  },
  spec: {
    storageClassName: 'howdah-local',
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    ...spec,
  },
  status: rest.has === undefined ? { phase: 'Pending' } : { phase: 'Bound', capacity: { storage: rest.has } },
});

const volume = (phase: string, provisioner = 'howdah.dev/local', policy = 'Delete'): Volume => ({
  metadata: { name: 'pvc-u1', uid: 'v1', annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
  spec: { storageClassName: 'howdah-local', persistentVolumeReclaimPolicy: policy },
  status: { phase },
});

describe('what the provisioner does', () => {
  it('makes a volume once a node was chosen for the claim’s pod, and not before', () => {
    expect(decideStorage([claim({})], [])).toEqual([]);
    expect(decideStorage([claim({}, { node: 'howdah-node' })], [])).toMatchObject([
      { kind: 'provision', name: 'pvc-u1', sizeBytes: 2 ** 30 },
    ]);
  });

  it('makes no second volume while the first waits to be bound', () => {
    expect(decideStorage([claim({}, { node: 'howdah-node' })], [volume('Available')])).toEqual([]);
  });

  it('leaves the claims of other classes alone', () => {
    expect(decideStorage([claim({ storageClassName: 'ebs' }, { node: 'howdah-node' })], [])).toEqual([]);
  });

  it('grows a claim that asks for more than it has, and shrinks none', () => {
    const bound = { volumeName: 'pvc-u1' };
    expect(decideStorage([claim(bound, { has: '512Mi' })], [])).toMatchObject([
      { kind: 'grow', name: 'pvc-u1', sizeBytes: 2 ** 30 },
    ]);
    expect(decideStorage([claim(bound, { has: '1Gi' })], [])).toEqual([]);
    expect(decideStorage([claim(bound, { has: '2Gi' })], [])).toEqual([]);
  });

  it('removes a volume whose claim is gone, unless it is to be kept or somebody else’s', () => {
    expect(decideStorage([], [volume('Released')])).toEqual([{ kind: 'remove', name: 'pvc-u1' }]);
    expect(decideStorage([], [volume('Bound')])).toEqual([]);
    expect(decideStorage([], [volume('Released', 'ebs.csi.aws.com')])).toEqual([]);
    expect(decideStorage([], [volume('Released', 'howdah.dev/local', 'Retain')])).toEqual([]);
  });
});

describe('sizes', () => {
  it('are read as Kubernetes writes them', () => {
    expect(['1Gi', '500M', '1.5G', '1024', '64Mi'].map(bytesOf)).toEqual([
      1_073_741_824, 500_000_000, 1_500_000_000, 1_024, 67_108_864,
    ]);
  });

  it('are none where nothing can be read', () => {
    expect(['', 'much', '1Zi', '-1Gi'].map(bytesOf)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
