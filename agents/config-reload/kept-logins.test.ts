import { expect, it } from 'vitest';
import { schema } from './config.ts';
import { type KeptLoginsInput, keptLogins } from './kept-logins.ts';

const base: KeptLoginsInput = {
  own: { host: '/var/run/postgresql', user: 'howdah_config', hasPassword: false },
  agentUsers: ['howdah_monitor', 'howdah_config'],
  superuser: 'postgres',
  superuserFrom: '127.0.0.1',
  replicationUser: 'replicator',
  rewindUser: 'postgres',
  extra: [{ from: '10.0.0.9', database: 'app', user: 'app', why: 'hba.keep' }],
};
const logins = (input: Partial<KeptLoginsInput>) =>
  keptLogins({ ...base, ...input }).map(
    ({ from, database, user, methods }) => `${user} ${from} ${database} ${methods?.join(',') ?? 'any'}`,
  );

it('the agents keep their way in over the unix socket, by the methods that they can answer', () => {
  expect(logins({ extra: [] })).toEqual([
    'howdah_config local postgres peer,trust',
    'howdah_monitor local postgres peer,trust',
  ]);
  expect(logins({ extra: [], own: { ...base.own, hasPassword: true } })[0]).toBe(
    'howdah_config local postgres any',
  );
  expect(logins({ extra: [], own: { ...base.own, host: '10.0.0.1' } })[0]).toBe(
    'howdah_config 10.0.0.1 postgres any',
  );
});

it('Patroni keeps its own, and each member its replication and, where Patroni rewinds, its rewind', () => {
  const members = [
    { name: 'pg-0', host: 'pg-0.pg', addresses: ['10.0.0.1'] },
    { name: 'pg-1', host: 'pg-1.pg', addresses: ['10.0.0.2', 'fd00::2'] },
    { name: 'pg-2', host: 'pg-2.pg', addresses: [] },
  ];
  expect(logins({ cluster: { members, usePgRewind: true } }).slice(2)).toEqual([
    'postgres 127.0.0.1 postgres any',
    'replicator 10.0.0.1 replication any',
    'postgres 10.0.0.1 postgres any',
    'replicator 10.0.0.2 replication any',
    'postgres 10.0.0.2 postgres any',
    'replicator fd00::2 replication any',
    'postgres fd00::2 postgres any',
    'app 10.0.0.9 app any',
  ]);
  expect(logins({ cluster: { members: members.slice(0, 1), usePgRewind: false } })).not.toContain(
    'postgres 10.0.0.1 postgres any',
  );
});

it('members of one machine speak for each other', () => {
  const members = ['pg-0', 'pg-1'].map((name) => ({ name, host: '127.0.0.1', addresses: ['127.0.0.1'] }));
  expect(logins({ extra: [], cluster: { members, usePgRewind: true } })).toEqual([
    'howdah_config local postgres peer,trust',
    'howdah_monitor local postgres peer,trust',
    'postgres 127.0.0.1 postgres any',
    'replicator 127.0.0.1 replication any',
  ]);
});

it('an empty config-reload.yaml is a configuration', () => {
  expect(schema.parse({})).toMatchObject({
    postgres: { host: '/var/run/postgresql', port: 5432, user: 'howdah_config', database: 'postgres' },
    pollSeconds: 30,
    hba: { superuserFrom: '127.0.0.1', replicationUser: 'replicator' },
  });
});

it.each([
  [{ patroni: { url: 'pg-0:8008' } }, 'patroni.url'],
  [{ patroni: { url: 'http://x:8008', username: 'a' } }, 'patroni.passwordFile'],
  [{ hba: { superuserFrom: 'somewhere' } }, 'hba.superuserFrom'],
  [{ hba: { keep: [{ from: '10.0.0.0/8', database: 'a', user: 'b' }] } }, 'hba.keep.0.from'],
  [{ pollSeconds: 0 }, 'pollSeconds'],
  [{ applied: { directory: 'relative' } }, 'applied.directory'],
])('a wrong config-reload.yaml is told where (%#)', (config, path) => {
  expect(schema.safeParse(config).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});
