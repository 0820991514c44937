import { describe, expect, it } from 'vitest';
import { type CheckInput, checkSettings } from './check-settings.ts';
import { closestName } from './closest-name.ts';
import { parseConf } from './conf-file.ts';
import type { ServerSetting } from './server-settings.ts';
import { serverSetting } from './testing/server-setting.ts';

const settings: readonly ServerSetting[] = [
  serverSetting({ name: 'work_mem', vartype: 'integer', unit: 'kB', min: '64', max: '2147483647' }),
  serverSetting({ name: 'DateStyle' }),
  serverSetting({ name: 'block_size', context: 'internal', vartype: 'integer' }),
  serverSetting({ name: 'shared_preload_libraries', context: 'postmaster' }),
  serverSetting({ name: 'pgaudit.log' }),
  serverSetting({ name: 'max_connections', vartype: 'integer', setting: '100', min: '1', max: '262143' }),
  serverSetting({ name: 'superuser_reserved_connections', vartype: 'integer', setting: '3' }),
  serverSetting({ name: 'wal_level', vartype: 'enum', setting: 'replica' }),
  serverSetting({ name: 'wal_keep_size', vartype: 'integer', unit: 'MB', min: '0', max: '2147483647' }),
  serverSetting({ name: 'archive_mode', vartype: 'enum', setting: 'on' }),
  serverSetting({ name: 'max_wal_senders', vartype: 'integer', setting: '10', min: '0' }),
];
const input: CheckInput = {
  known: new Map(settings.map((setting) => [setting.name.toLowerCase(), setting])),
  extensions: new Set(['pgaudit', 'pg_stat_statements']),
  preloadLibraries: ['mine'],
  withPatroni: false,
};
const check = (text: string, more: Partial<CheckInput> = {}) =>
  checkSettings(parseConf('postgresql.conf', text).settings, { ...input, ...more });
const messages = (text: string, more?: Partial<CheckInput>) =>
  check(text, more).problems.map(({ message }) => message);

describe('settings of a file', () => {
  it('take the server’s spelling, and of several the last one', () => {
    const { settings: checked, problems } = check("datestyle = 'iso'\nwork_mem = 1MB\nWORK_MEM = 2MB");
    expect(problems).toEqual([]);
    expect(checked.map(({ name, value, line }) => [name, value, line])).toEqual([
      ['DateStyle', 'iso', 1],
      ['work_mem', '2MB', 3],
    ]);
  });

  it('may be those of an extension that is not loaded, but not misspelt ones of a loaded one', () => {
    expect(messages('myapp.tenant = x')).toEqual([]);
    expect(messages('pgaudit.lok = ddl')).toEqual(['is not known to the server; is pgaudit.log meant?']);
  });

  it('cannot be those that the server only shows', () => {
    expect(messages('block_size = 8192')).toEqual(['can only be shown, not set']);
  });

  it('cannot pretend to be the agent’s own mark', () => {
    expect(messages('howdah.applied = x')).toEqual(['is written by this agent']);
  });

  it('in pgaudit.conf are pgaudit’s', () => {
    const { settings: inPgaudit } = parseConf('pgaudit.conf', 'work_mem = 4MB\npgaudit.log = ddl');
    expect(checkSettings(inPgaudit, input).problems).toMatchObject([{ file: 'pgaudit.conf', line: 1 }]);
  });

  it.each([
    ["'pgaudit, pg_stat_statements'", []],
    ["'auto_explain,$libdir/pgaudit.so,mine'", []],
    [
      "'pgaudit,pg_stat_statment'",
      [expect.stringMatching(/names pg_stat_statment, .* would not start again/)],
    ],
  ])('preload only libraries that are there: %s', (value, expected) => {
    expect(messages(`shared_preload_libraries = ${value}`)).toEqual(expected);
  });

  it('must let the server start', () => {
    expect(messages('max_connections = 3')).toEqual([
      expect.stringContaining('leaves no connection: 3 of 3'),
    ]);
    expect(messages('wal_level = minimal')).toEqual([
      expect.stringContaining('archive_mode needs'),
      expect.stringContaining('max_wal_senders above 0'),
    ]);
    expect(messages('wal_level = minimal\narchive_mode = off\nmax_wal_senders = 0')).toEqual([]);
  });
});

describe('settings under Patroni', () => {
  it.each([
    ["listen_addresses = '*'", 'postgresql.listen'],
    ['cluster_name = x', 'scope'],
    ["primary_conninfo = ''", 'points replicas'],
    ["restore_command = 'x'", 'recovery_conf'],
    ['recovery_target_time = now', 'recovery_conf'],
    ['max_connections = 20', 'at least 25'],
    ['wal_keep_size = 8MB', 'at least 16 MB'],
    ['wal_level = minimal', 'one of hot_standby, replica, logical'],
  ])('that Patroni would ignore are refused: %s', (text, reason) => {
    const known = new Map(input.known);
    for (const name of [
      'listen_addresses',
      'cluster_name',
      'primary_conninfo',
      'restore_command',
      'recovery_target_time',
    ])
      known.set(name, serverSetting({ name }));
    expect(messages(text, { known, withPatroni: true })).toEqual([expect.stringContaining(reason)]);
  });
});

describe('a misspelt name', () => {
  it.each([
    ['work_men', 'work_mem'],
    ['wrok_mem', 'work_mem'],
    ['WORK_MEM', 'work_mem'],
    ['shared_bufers', 'shared_buffers'],
    ['something_else', undefined],
  ])('%s was meant to be %s', (name, meant) => {
    expect(closestName(name, ['shared_buffers', 'work_mem'])).toBe(meant);
  });
});
