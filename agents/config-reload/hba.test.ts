import { describe, expect, it } from 'vitest';
import { parseHba } from './hba-file.ts';
import { type KeptLogin, lockedOut } from './hba-lockout.ts';
import { firstMatch, type HbaSurroundings, type LoginAttempt } from './hba-match.ts';

const surroundings: HbaSurroundings = {
  major: 15,
  groupsOf: new Map([['alice', new Set(['staff'])]]),
  networks: ['10.1.2.3/24', '127.0.0.1/8'],
  namesOf: new Map([['10.9.9.9', ['pg-1.pg.svc']]]),
};
const attempt = (more: Partial<LoginAttempt> = {}): LoginAttempt => ({
  from: '10.1.2.9',
  encrypted: false,
  database: 'app',
  user: 'alice',
  ...more,
});
const matches = (line: string, more: Partial<LoginAttempt> = {}, around = surroundings) =>
  firstMatch(parseHba(line).rules, attempt(more), around) !== undefined;

describe('a pg_hba.conf', () => {
  it('has rules of type, databases, users, address, method and options', () => {
    const { rules, problems } = parseHba(`# comment
local all howdah_monitor, "Howdah Config"  peer map=howdah # end
host  app,other all 10.0.0.0 255.0.0.0 ldap ldapserver=x "ldapprefix=cn=a b"\r
hostssl all all \\
   ::/0 cert
`);
    expect(problems).toEqual([]);
    expect(rules).toEqual([
      {
        line: 2,
        type: 'local',
        databases: [{ text: 'all', quoted: false }],
        users: [
          { text: 'howdah_monitor', quoted: false },
          { text: 'Howdah Config', quoted: true },
        ],
        method: 'peer',
        options: ['map=howdah'],
      },
      expect.objectContaining({
        line: 3,
        mask: '255.0.0.0',
        method: 'ldap',
        options: ['ldapserver=x', 'ldapprefix=cn=a b'],
      }),
      expect.objectContaining({ line: 4, type: 'hostssl', method: 'cert' }),
    ]);
  });

  it.each([
    ['hosts all all all md5', 'a rule begins with local'],
    ['host all all', 'ends before the address'],
    ['local all all', 'ends before the authentication method'],
    ['local all', 'ends before database and user'],
    ['local @names all peer', 'a file of names'],
    ['include other.conf', 'is not followed'],
  ])('with the line %j is refused with line and reason', (text, reason) => {
    expect(parseHba(`\n${text}`).problems).toEqual([
      { file: 'pg_hba.conf', line: 2, message: expect.stringContaining(reason) },
    ]);
  });
});

describe('a rule', () => {
  it.each([
    ['host all all 10.1.2.0/24 md5', {}, true],
    ['host all all 10.1.3.0/24 md5', {}, false],
    ['host all all 10.1.2.0 255.255.255.0 md5', {}, true],
    ['host all all fe80:: ffff:: md5', { from: 'fe80::1' }, true],
    ['host all all ::/0 md5', {}, false],
    ['host all all samenet md5', {}, true],
    ['host all all samehost md5', {}, false],
    ['host all all samehost md5', { from: '10.1.2.3' }, true],
    ['host all all pg-1.pg.svc md5', { from: '10.9.9.9' }, true],
    ['host all all .svc md5', { from: '10.9.9.9' }, true],
    ['host all all pg-2.pg.svc md5', { from: '10.9.9.9' }, false],
    ['hostssl all all all md5', {}, false],
    ['hostssl all all all md5', { encrypted: true }, true],
    ['hostnossl all all all md5', { encrypted: true }, false],
    ['hostgssenc all all all gss', {}, false],
    ['local all all peer', {}, false],
    ['local all all peer', { from: 'local' }, true],
    ['host "all" all all md5', {}, false],
    ['host all "all" all md5', {}, false],
    ['host all all all md5', { database: 'replication' }, false],
    ['host replication all all md5', { database: 'replication' }, true],
    ['host "replication" all all md5', { database: 'replication' }, false],
    ['host replication all all md5', {}, false],
    ['host sameuser all all md5', { database: 'alice' }, true],
    ['host samerole all all md5', { database: 'staff' }, true],
    ['host all +staff all md5', {}, true],
    ['host all +other all md5', {}, false],
    ['host all bob,alice all md5', {}, true],
    ['host all /^ali all md5', {}, false],
  ])('%j decides about %j: %s', (line, more, expected) => {
    expect(matches(line, more)).toBe(expected);
  });

  it('may name by regular expression from PostgreSQL 16', () => {
    expect(matches('host all /^ali all md5', {}, { ...surroundings, major: 16 })).toBe(true);
    expect(matches('host all /( all md5', {}, { ...surroundings, major: 16 })).toBe(false);
  });
});

describe('the lock-out test', () => {
  const kept: readonly KeptLogin[] = [
    {
      from: 'local',
      database: 'postgres',
      user: 'howdah_config',
      methods: ['peer', 'trust'],
      why: 'this agent',
    },
    { from: '10.1.2.9', database: 'replication', user: 'replicator', why: 'member pg-1' },
  ];
  const tested = (text: string, serverHasTls = false) =>
    lockedOut(parseHba(text).rules, kept, { ...surroundings, serverHasTls }).map(
      ({ line, message }) => `${line ?? '-'} ${message}`,
    );

  it('lets a file pass that keeps all ways in', () => {
    expect(
      tested('local all howdah_config peer map=howdah\nhost replication all samenet scram-sha-256'),
    ).toEqual([]);
  });

  it('C03: refuses a file that rejects all', () => {
    expect(tested('local all all reject\nhost all,replication all all reject')).toEqual([
      '1 would lock out howdah_config over the unix socket to database postgres (this agent): this rule rejects it',
      '2 would lock out replicator from 10.1.2.9 for replication (member pg-1): this rule rejects it',
    ]);
  });

  it('C03: refuses a line that shadows replication', () => {
    expect(
      tested(`local all all peer map=howdah
host replication all 10.1.0.0/16 reject
host replication replicator all scram-sha-256`),
    ).toEqual([
      '2 would lock out replicator from 10.1.2.9 for replication (member pg-1): this rule rejects it',
    ]);
  });

  it('refuses an empty file', () => {
    expect(tested('')).toEqual([
      expect.stringContaining('- would lock out howdah_config'),
      expect.stringContaining('no rule matches it'),
    ]);
  });

  it('refuses a method that the agents cannot answer', () => {
    const replication = '\nhost replication all all trust';
    expect(tested(`local all all scram-sha-256${replication}`)).toEqual([
      expect.stringContaining('asks for scram-sha-256, and it can only answer peer or trust'),
    ]);
    expect(tested(`local all all peer${replication}`)).toEqual([
      expect.stringContaining('peer without map='),
    ]);
  });

  it('takes hostssl for a way in only where the server speaks TLS', () => {
    const text = 'local all all trust\nhostssl replication all all scram-sha-256';
    expect(tested(text, true)).toEqual([]);
    expect(tested(text, false)).toEqual([expect.stringContaining('no rule matches it')]);
  });
});
