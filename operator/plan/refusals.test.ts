import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { refusals, type Surroundings } from './refusals.ts';

const around: Surroundings = {
  storageClasses: new Map([
    ['fast', { isDefault: true }],
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
  ['one that is not there', onVolume('nowhere'), {}, /no PersistentVolumeClaim nowhere/],
])('%s', (_what, spec, more, expected) => {
  const found = refusals(wantedWith(spec), { ...around, ...more });
  if (expected === undefined) expect(found).toEqual([]);
  else expect(found).toEqual([expect.stringMatching(expected)]);
});
