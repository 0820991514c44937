import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { patroniConfig } from './patroni-config.ts';

const repositories = [{ name: 'repo1', volume: { claimName: 'nfs' } }];
const postgresqlOf = (spec: object) => patroniConfig(wantedWith(spec)).postgresql;

it('has replicas come from the repository where there is one, and from the primary else', () => {
  expect(postgresqlOf({})).toMatchObject({ create_replica_methods: ['basebackup'] });
  expect(postgresqlOf({ backup: { repositories } })).toMatchObject({
    create_replica_methods: ['pgbackrest', 'basebackup'],
  });
});

it('has that command alone wait for pgbackrest.conf, for at most half a minute', () => {
  const storage = { data: { size: '1Gi' }, wal: { size: '1Gi' } };
  const { pgbackrest } = postgresqlOf({ storage, backup: { repositories } }) as {
    readonly pgbackrest: { readonly command: string };
  };
  // Patroni takes it apart as a shell would, and has no shell: one word, within the quotes, for `sh -c`.
  const [, script] = /^sh -c '([^']+)'$/.exec(pgbackrest.command) ?? [];
  expect(script).toMatch(/seq 30\b.*test -e \/etc\/pgbackrest\/pgbackrest\.conf\b/);
  expect(script).toMatch(/ exec pgbackrest --stanza=main --delta --link-map=pg_wal=\S+ restore$/);
});
