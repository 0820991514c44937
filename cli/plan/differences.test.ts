import type { KubeObject } from '@howdah/kube/object';
import { agentConfigs } from '@howdah/operator/desire/agent-configs';
import { desire } from '@howdah/operator/desire/desire';
import { wantedWith } from '@howdah/operator/testing/wanted';
import { describe, expect, it } from 'vitest';
import { differences } from './differences.ts';

const backup = {
  repositories: [{ name: 'repo1', s3: { bucket: 'backups', endpoint: 's3', credentialsSecret: 's3' } }],
};
const secrets = { s3: { 'access-key-id': 'AKIA', 'secret-access-key': 'very-secret' } };
const objectsOf = (spec: object = {}) => {
  const wanted = wantedWith({ backup, ...spec }, { secrets });
  return desire(wanted, agentConfigs(wanted), () => ({})).objects;
};
const changed = (before: readonly KubeObject[], after: readonly KubeObject[]) =>
  Object.fromEntries(
    after.flatMap((object) => {
      const { kind, metadata } = object;
      const old = before.find((each) => each.kind === kind && each.metadata.name === metadata.name);
      const found = old === undefined ? [] : differences(old, object);
      return found.length === 0 ? [] : [[`${kind} ${metadata.name}`, found]];
    }),
  );

describe('what would change', () => {
  it('is nothing where nothing was edited', () => {
    expect(changed(objectsOf(), objectsOf())).toEqual({});
  });

  it('is a parameter of postgresql.conf by its name, with old and new value', () => {
    const before = objectsOf({ postgres: { version: 17, parameters: { work_mem: '8MB' } } });
    const after = objectsOf({ postgres: { version: 17, parameters: { work_mem: '9MB', jit: 'off' } } });
    expect(changed(before, after)).toEqual({
      'ConfigMap orders-postgres': [
        { path: 'postgresql.conf: work_mem', from: '8MB', to: '9MB' },
        { path: 'postgresql.conf: jit', to: 'off' },
      ],
    });
  });

  it('is a key of an agent’s file, and a line of pg_hba.conf', () => {
    const after = objectsOf({
      backup: { ...backup, archiveIntervalSeconds: 30 },
      postgres: { version: 17, hba: ['host all all 10.0.0.0/8 scram-sha-256'] },
    });
    const found = changed(objectsOf(), after);
    expect(found['ConfigMap orders-agents']).toEqual([
      { path: 'backup.yaml: archiveIntervalSeconds', to: '30' },
    ]);
    expect(found['ConfigMap orders-postgres']).toContainEqual({
      path: 'pg_hba.conf',
      to: 'host all all 10.0.0.0/8 scram-sha-256',
    });
  });

  it('names containers and volumes by their names, not by their place in a list', () => {
    const after = objectsOf({ resources: { postgres: { requests: { cpu: '1', memory: '1Gi' } } } });
    const paths = changed(objectsOf(), after)['StatefulSet orders']?.map(({ path }) => path);
    expect(paths).toContain('spec.template.spec.containers[postgres].resources.requests.cpu');
  });

  it('tells of what the API server keeps for itself nothing', () => {
    const [object] = objectsOf();
    if (object === undefined) throw new Error('no object');
    const live = {
      ...object,
      status: { replicas: 3 },
      metadata: { ...object.metadata, resourceVersion: '1', generation: 2, managedFields: [{}] },
    };
    expect(differences(live, object)).toEqual([]);
  });
});

describe('what is secret', () => {
  it('is never told of a Secret: only which of its keys change', () => {
    const secret = (password: string): KubeObject => ({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'orders-user-app' } },
      data: { user: 'YXBw', password },
    });
    expect(changed([secret('dmVyeS1zZWNyZXQ=')], [secret('bW9yZS1zZWNyZXQ=')])).toEqual({
      'Secret orders-user-app': [{ path: 'data.password', hidden: true }],
    });
  });

  it('is in none of the objects that are made of it', () => {
    expect(JSON.stringify(objectsOf())).not.toMatch(/AKIA|very-secret/);
  });

  it.each([
    ['a parameter by its name', { 'myapp.api_key': 'very-secret' }, []],
    ['a connection string', { 'myapp.at': 'postgresql://me:very-secret@db/app' }, []],
    ['a password within a value', { 'myapp.dsn': 'host=db password=very-secret' }, []],
    ['a password in pg_hba.conf', {}, ['host all all all ldap ldapserver=ldap ldapbindpasswd=very-secret']],
    ['a quoted one', {}, ['host all all all radius radiussecrets="very-secret"']],
  ])('is not told of %s', (_what, parameters, hba) => {
    const found = changed(objectsOf(), objectsOf({ postgres: { version: 17, parameters, hba } }));
    expect(Object.keys(found)).toContain('ConfigMap orders-postgres');
    expect(JSON.stringify(found)).not.toContain('very-secret');
  });

  it('is not told of a part that comes or goes as a whole', () => {
    const of = (headers?: object): KubeObject => ({
      ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'orders' } },
      spec: { logs: { ...(headers === undefined ? {} : { web: { user: 'me', password: 'very-secret' } }) } },
    });
    for (const [before, after] of [
      [of(), of({})],
      [of({}), of()],
    ] as const)
      expect(JSON.stringify(differences(before, after))).not.toContain('very-secret');
  });

  it('is not the name of a Secret', () => {
    const other = {
      ...backup.repositories[0],
      s3: { ...backup.repositories[0]?.s3, credentialsSecret: 'new' },
    };
    const of = (repository: unknown): KubeObject => ({
      ...{ apiVersion: 'howdah.dev/v1alpha1', kind: 'PostgresCluster', metadata: { name: 'orders' } },
      spec: { backup: { repositories: [repository] } },
    });
    expect(differences(of(backup.repositories[0]), of(other))).toEqual([
      { path: 'spec.backup.repositories[repo1].s3.credentialsSecret', from: 's3', to: 'new' },
    ]);
  });
});
