import type { KubeObject } from '@howdah/kube/object';
import { describe, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { refusals, type Surroundings } from './refusals.ts';

const around: Surroundings = {
  storageClasses: new Map([
    ['fast', { isDefault: true, canGrow: true }],
    ['slow', { isDefault: false }],
  ]),
  claims: new Map([
    ['one-node', ['ReadWriteOnce']],
    ['shared', ['ReadWriteMany']],
  ]),
};
const onVolume = (claimName: string, instances = 3) => ({
  instances,
  backup: { repositories: [{ name: 'repo1', volume: { claimName } }] },
});
const data = (storageClassName: string) => ({ storage: { data: { size: '1Gi', storageClassName } } });

it.each<[string, object, Partial<Surroundings>, RegExp | undefined]>([
  ['a cluster that can be', {}, {}, undefined],
  [
    'a version without an image',
    { postgres: { version: 15 } },
    {},
    /^spec.postgres.version: .* no image of PostgreSQL 15/,
  ],
  ['one with an image of its own', { postgres: { version: 15, image: 'mine:15' } }, {}, undefined],
  ['a storage class that is not there', data('gold'), {}, /no storage class gold; there are: fast, slow/],
  ['one that is', data('slow'), {}, undefined],
  [
    'no class, and none is the default',
    {},
    { storageClasses: new Map() },
    /no storage class is the default one/,
  ],
  [
    'a repository that one node alone can mount',
    onVolume('one-node'),
    {},
    /one-node is ReadWriteOnce, and 3 instances/,
  ],
  ['the same for one instance', onVolume('one-node', 1), {}, undefined],
  ['one that all can mount', onVolume('shared'), {}, undefined],
  [
    'a repository without its Secret',
    {
      backup: {
        repositories: [
          { name: 'repo1', s3: { bucket: 'backups', endpoint: 'store', credentialsSecret: 's3' } },
        ],
      },
    },
    {},
    /^spec.backup.repositories\[0\].s3.credentialsSecret: there is no Secret s3 in shop/,
  ],
  [
    'one whose passphrase is not there',
    {
      backup: {
        repositories: [{ name: 'repo1', volume: { claimName: 'shared' }, encryptionSecret: 'cipher' }],
      },
    },
    {},
    /^spec.backup.repositories\[0\].encryptionSecret: there is no Secret cipher in shop; make it, with passphrase$/,
  ],
  [
    'one that is entered by an identity',
    { backup: { repositories: [{ name: 'repo1', gcs: { bucket: 'backups', keyType: 'auto' } }] } },
    {},
    undefined,
  ],
  ['one that is not there', onVolume('nowhere'), {}, /no PersistentVolumeClaim nowhere/],
])('%s', (_what, spec, more, expected) => {
  const found = refusals(wantedWith(spec), { ...around, ...more });
  if (expected === undefined) expect(found).toEqual([]);
  else expect(found).toEqual([expect.stringMatching(expected)]);
});

describe('volumes that are to grow', () => {
  const claimOf = (name: string, storage: string, storageClassName?: string) => ({
    ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name } },
    spec: { storageClassName, resources: { requests: { storage } } },
  });
  const refused = (claims: readonly KubeObject[], size = '2Gi') =>
    refusals(wantedWith({ storage: { data: { size } } }, { claims }), around);

  it('are refused once, with the class, where it does not let them', () => {
    expect(
      refused([claimOf('data-orders-0', '1Gi', 'slow'), claimOf('data-orders-1', '1Gi', 'slow')]),
    ).toEqual([
      'spec.storage.data.size: volumes of storage class slow cannot grow to 2Gi; set its allowVolumeExpansion, where its driver can do it',
    ]);
    const [made, gone] = [claimOf('data-orders-0', '1Gi'), claimOf('data-orders-1', '1Gi', 'gone')];
    expect(refused([made, gone])).toHaveLength(2);
  });

  it('grow where it does, and one that is large enough is nobody’s trouble', () => {
    expect(refused([claimOf('data-orders-0', '1Gi', 'fast')])).toEqual([]);
    expect(refused([claimOf('data-orders-0', '2Gi', 'slow')])).toEqual([]);
  });
});

describe('Secrets of users', () => {
  it.each<[string, object[], RegExp]>([
    [
      'two users’ that come to the same name',
      [{ name: 'a_b' }, { name: 'a-b' }],
      /^spec.users\[1\]: the Secret orders-user-a-b is/,
    ],
    [
      'that of the superuser',
      [{ name: 'app', secretName: 'orders-superuser' }],
      /^spec.users\[0\]: the Secret orders-superuser is/,
    ],
  ])('are not %s', (_what, users, expected) => {
    expect(refusals(wantedWith({ users }), around)).toEqual([expect.stringMatching(expected)]);
  });

  it('may be any other', () => {
    const users = [{ name: 'a_b' }, { name: 'a-b', secretName: 'another' }];
    expect(refusals(wantedWith({ users }), around)).toEqual([]);
  });

  const there = (labels: Record<string, string> | undefined, type?: string): readonly KubeObject[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orders-user-app', labels } },
      ...(type === undefined ? {} : { type }),
    },
  ];
  const ofOrders = { 'howdah.dev/cluster': 'orders' };

  it.each<[string, readonly KubeObject[], RegExp]>([
    ['somebody’s who made it by hand', there(undefined), /not the operator’s; .*howdah.dev\/cluster=orders$/],
    [
      'another cluster’s',
      there({ 'howdah.dev/cluster': 'bills' }),
      /belongs to the cluster bills; name another as secretName$/,
    ],
    [
      'of a type that has other keys',
      there(ofOrders, 'kubernetes.io/basic-auth'),
      /type kubernetes.io\/basic-auth, which cannot change; make it anew with type Opaque/,
    ],
  ])('are not %s', (_what, userSecrets, expected) => {
    const found = refusals(wantedWith({}, { userSecrets }), around);
    expect(found).toEqual([expect.stringMatching(expected)]);
    expect(found[0]).toMatch(/^spec.users\[0\]: /);
  });

  it('are taken where the label says that they are the cluster’s', () => {
    for (const userSecrets of [there(ofOrders), there(ofOrders, 'Opaque')])
      expect(refusals(wantedWith({}, { userSecrets }), around)).toEqual([]);
  });
});
