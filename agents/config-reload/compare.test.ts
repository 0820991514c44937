import { describe, expect, it } from 'vitest';
import { type CompareInput, compare } from './compare.ts';
import type { FileRow, ServerSetting } from './server-settings.ts';
import { serverSetting } from './testing/server-setting.ts';

const own = '/var/lib/howdah/postgres/postgresql.conf';
const configFile = '/data/postgresql.conf';
const facts = { hbaFile: '', configFile, hasTls: false, startedAt: '', marker: null };

const row = (name: string, setting: string, sourceFile: string): FileRow => ({
  name,
  setting,
  sourceFile,
  sourceLine: 1,
  applied: true,
  error: null,
});
const workMem = (more: Partial<ServerSetting>) =>
  serverSetting({ name: 'work_mem', vartype: 'integer', unit: 'kB', setting: '4096', ...more });

const drift = (
  server: ServerSetting,
  more: { desired?: string; files?: readonly FileRow[]; overrides?: CompareInput['view']['overrides'] } = {},
  withPatroni = true,
) =>
  compare({
    settings: [
      { file: 'postgresql.conf', line: 1, name: server.name, value: more.desired ?? '8MB', known: server },
    ],
    view: {
      settings: new Map([[server.name.toLowerCase(), server]]),
      files: more.files ?? [],
      overrides: more.overrides ?? [],
      facts,
    },
    ownFiles: new Set([own]),
    withPatroni,
  });

describe('a setting that runs with another value than the files say', () => {
  it.each([
    [
      'ALTER SYSTEM',
      { source: 'configuration file', sourceFile: '/data/postgresql.auto.conf' },
      'alter-system',
    ],
    ['Patroni', { source: 'configuration file', sourceFile: configFile }, 'patroni'],
    ['a hand in our file', { source: 'configuration file', sourceFile: own }, 'hand-edit'],
    ['another file', { source: 'configuration file', sourceFile: '/data/conf.d/x.conf' }, 'other-file'],
    ['the command line', { source: 'command line' }, 'command-line'],
    ['nobody', { source: 'default' }, 'not-taken'],
  ])('because of %s is told so', (_, more, cause) => {
    expect(drift(workMem(more)).drift).toMatchObject([{ name: 'work_mem', desired: '8MB', cause }]);
  });

  it('is none where the value means the same', () => {
    expect(drift(workMem({ setting: '8192', source: 'configuration file', sourceFile: own })).drift).toEqual(
      [],
    );
  });

  it('is none for a text that the server put into its own form', () => {
    const dateStyle = serverSetting({
      name: 'DateStyle',
      setting: 'ISO, DMY',
      source: 'configuration file',
      sourceFile: own,
    });
    expect(drift(dateStyle, { desired: 'iso, dmy' }).drift).toEqual([]);
    expect(drift({ ...dateStyle, sourceFile: configFile }, { desired: 'iso, dmy' }).drift).toHaveLength(1);
  });

  it('is judged by the files where this agent’s own session has a value of its own', () => {
    const ofSession = workMem({ source: 'user' });
    expect(drift(ofSession, { files: [row('work_mem', '8192kB', own)] }).drift).toEqual([]);
    expect(
      drift(ofSession, { files: [row('work_mem', '8MB', own), row('work_mem', '1MB', configFile)] }).drift,
    ).toMatchObject([{ actual: '1MB', cause: 'patroni' }]);
  });

  it('may do so in one database only', () => {
    const asDesired = workMem({ setting: '8192', source: 'configuration file', sourceFile: own });
    const overrides = [
      { database: 'app', name: 'work_mem', value: '1GB' },
      { database: 'other', name: 'work_mem', value: '8192kB' },
      { database: null, name: 'work_mem', value: '2MB' },
    ];
    expect(drift(asDesired, { overrides }).drift.map(({ source }) => source)).toEqual([
      'ALTER DATABASE app',
      'ALTER ROLE ALL',
    ]);
  });
});

describe('a setting that waits for a restart', () => {
  it('is pending and no drift, also when no mounted file names it', () => {
    const pending = workMem({ pendingRestart: true, shown: '4MB' });
    expect(drift(pending, { files: [row('work_mem', '8MB', own)] })).toEqual({
      pendingRestart: [{ name: 'work_mem', desired: '8MB', actual: '4MB' }],
      drift: [],
    });
    const other = compare({
      settings: [],
      view: { settings: new Map([['work_mem', pending]]), files: [], overrides: [], facts },
      ownFiles: new Set(),
      withPatroni: true,
    });
    expect(other.pendingRestart).toEqual([{ name: 'work_mem', desired: 'its default', actual: '4MB' }]);
  });
});
