import { describe, expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';
import { agentMounts, claims, postgresMounts, volumes } from './volumes.ts';

const podOf = (spec: object = {}) => {
  const wanted = wantedWith(spec);
  const configs = agentConfigs(wanted);
  return {
    postgres: postgresMounts(wanted),
    agents: agentMounts(wanted, configs),
    volumes: volumes(wanted, configs) as readonly { readonly name: string }[],
    claims: claims(wanted) as readonly { readonly metadata: { readonly name: string } }[],
  };
};
const everything = {
  storage: { data: { size: '20Gi' }, wal: { size: '5Gi' }, logs: { size: '2Gi', storageClassName: 'slow' } },
  tls: { secretName: 'orders-tls' },
  backup: {
    repositories: [
      { name: 'repo1', volume: { claimName: 'nfs' }, encryptionSecret: 'cipher' },
      { name: 'repo2', s3: { endpoint: 'store', bucket: 'backups', credentialsSecret: 's3' } },
    ],
  },
  logs: {
    sinks: [{ id: 'loki', loki: { url: 'https://loki', passwordFile: '/etc/howdah/secrets/loki/password' } }],
  },
};

describe.each([
  ['the least that can be', {}],
  ['everything', everything],
])('with %s', (_what, spec) => {
  it('every mount has its volume, and no path two', () => {
    const pod = podOf(spec);
    const there = [
      ...pod.volumes.map(({ name }) => name),
      ...pod.claims.map(({ metadata }) => metadata.name),
    ];
    expect(new Set(there).size).toBe(there.length);
    for (const mounts of [pod.postgres, pod.agents]) {
      expect(mounts.filter(({ name }) => !there.includes(name))).toEqual([]);
      expect(new Set(mounts.map(({ mountPath }) => mountPath)).size).toBe(mounts.length);
    }
    const used = new Set([...pod.postgres, ...pod.agents].map(({ name }) => name));
    expect(there.filter((name) => !used.has(name))).toEqual([]);
  });

  it('the agents see what PostgreSQL has at the same paths, and write none of it', () => {
    const { postgres, agents } = podOf(spec);
    for (const path of ['/var/lib/postgresql/data', '/var/lib/postgresql/wal', '/var/log/postgresql']) {
      const theirs = postgres.find(({ mountPath }) => mountPath === path);
      const seen = agents.find(({ mountPath }) => mountPath === path);
      expect(seen, path).toEqual(theirs && { ...theirs, readOnly: true });
    }
    expect(postgres.find(({ mountPath }) => mountPath === '/var/lib/postgresql/data')?.readOnly).toBe(
      undefined,
    );
  });
});

describe('the claims', () => {
  it('are one for each volume of the spec, of its size and class', () => {
    const { storage } = everything;
    const found = podOf({ storage }).claims;
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['data', 'wal', 'logs']);
    expect(found[0]).toMatchObject({
      metadata: { labels: { 'howdah.dev/cluster': 'orders' } },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '20Gi' } } },
    });
    // One that is said to be empty would be another than the default one.
    expect(found[0]).not.toHaveProperty('spec.storageClassName');
    expect(found[2]).toMatchObject({ spec: { storageClassName: 'slow' } });
  });

  it('leave logs in the volume of the data where they have none of their own', () => {
    const { postgres } = podOf();
    expect(postgres).toContainEqual({ name: 'data', mountPath: '/var/log/postgresql', subPath: 'log' });
  });
});

it('pgbackrest.conf lies in memory, written by the agents and read by PostgreSQL', () => {
  const { postgres, agents, volumes: all } = podOf(everything);
  const mount = { name: 'pgbackrest', mountPath: '/etc/pgbackrest' };
  expect(agents).toContainEqual(mount);
  expect(postgres).toContainEqual({ ...mount, readOnly: true });
  expect(all.find(({ name }) => name === 'pgbackrest')).toMatchObject({ emptyDir: { medium: 'Memory' } });
});

describe('Secrets', () => {
  const { volumes: all, postgres, agents } = podOf(everything);
  const volume = (name: string) => all.find((each) => each.name === name);

  it('are for the pod’s group alone; only one that an agent names may be missing', () => {
    const secrets = all.filter((each) => 'secret' in each);
    expect(secrets.map(({ name }) => name)).toEqual([
      ...['tls', 'patroni-rest', 'secret-cipher', 'secret-loki', 'secret-s3', 'authority-s3'],
    ]);
    for (const each of secrets) expect(each).toMatchObject({ secret: { defaultMode: 0o440 } });
    expect(volume('secret-loki')).toMatchObject({ secret: { secretName: 'loki', optional: true } });
    expect(volume('tls')).not.toHaveProperty('secret.optional');
  });

  it('of the agents are not in PostgreSQL’s container, but for the authorities of stores, at the same path', () => {
    const below = '/etc/howdah/secrets/';
    expect(postgres.filter(({ mountPath }) => mountPath.startsWith(below))).toEqual([
      { name: 'authority-s3', mountPath: `${below}s3`, readOnly: true },
    ]);
    expect(volume('authority-s3')).toMatchObject({
      secret: { secretName: 's3', items: [{ key: 'ca.crt', path: 'ca.crt' }], optional: true },
    });
    expect(agents).toContainEqual({ name: 'secret-s3', mountPath: `${below}s3`, readOnly: true });
  });

  it('of Patroni’s login are the password alone', () => {
    expect(volume('patroni-rest')).toMatchObject({
      secret: { items: [{ key: 'password', path: 'password' }] },
    });
  });

  it('may have names that no volume can have', () => {
    const secret = `keys.of.the.store.${'x'.repeat(60)}`;
    const s3 = { endpoint: 'store', bucket: 'backups', credentialsSecret: secret };
    const pod = podOf({ backup: { repositories: [{ name: 'repo1', s3 }] } });
    const names = pod.volumes.map(({ name }) => name);
    expect(names.filter((name) => !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name))).toEqual([]);
    const mounted = { mountPath: `/etc/howdah/secrets/${secret}` };
    expect(pod.agents).toContainEqual(expect.objectContaining(mounted));
    expect(pod.postgres).toContainEqual(expect.objectContaining(mounted));
  });
});
