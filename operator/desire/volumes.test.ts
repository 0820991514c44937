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
  backup: { repositories: [{ name: 'repo1', volume: { claimName: 'nfs' } }] },
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

describe('Secrets', () => {
  const { volumes: all, postgres } = podOf(everything);
  const volume = (name: string) => all.find((each) => each.name === name);

  it('are for the pod’s group alone; only one that an agent names may be missing', () => {
    const secrets = all.filter((each) => 'secret' in each);
    expect(secrets.map(({ name }) => name)).toEqual(['pgbackrest', 'tls', 'patroni-rest', 'secret-loki']);
    for (const each of secrets) expect(each).toMatchObject({ secret: { defaultMode: 0o440 } });
    expect(volume('secret-loki')).toMatchObject({ secret: { secretName: 'loki', optional: true } });
    expect(volume('tls')).not.toHaveProperty('secret.optional');
  });

  it('of the agents are not in PostgreSQL’s container, and of Patroni’s login they see the password alone', () => {
    const paths = postgres
      .map(({ mountPath }) => mountPath)
      .filter((path) => path.startsWith('/etc/howdah/secrets'));
    expect(paths).toEqual([]);
    expect(volume('patroni-rest')).toMatchObject({
      secret: { items: [{ key: 'password', path: 'password' }] },
    });
  });
});
