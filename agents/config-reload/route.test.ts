import { describe, expect, it } from 'vitest';
import type { CheckedSetting } from './checked-setting.ts';
import { clusterWideDrift, onTheWay } from './cluster-wide.ts';
import { patroniPatch, routeSettings } from './route.ts';
import { serverSetting } from './testing/server-setting.ts';

const setting = (name: string, value: string, known = serverSetting({ name })): CheckedSetting => ({
  file: 'postgresql.conf',
  line: 1,
  name,
  value,
  known,
});
const integer = (name: string, value: string, unit: string | null = null) =>
  setting(name, value, serverSetting({ name, vartype: 'integer', unit, setting: '60' }));

describe('the way of a setting', () => {
  it('is Patroni’s for what Patroni owns, and the applied file for everything else', () => {
    const all = [
      setting('work_mem', '4MB'),
      integer('max_connections', '70'),
      setting('wal_level', 'logical'),
    ];
    const { toFile, toPatroni } = routeSettings(all, true);
    expect(toFile.map(({ name }) => name)).toEqual(['work_mem']);
    expect(toPatroni.map(({ name }) => name)).toEqual(['max_connections', 'wal_level']);
  });

  it('is the applied file for all without Patroni', () => {
    expect(routeSettings([integer('max_connections', '70')], false).toPatroni).toEqual([]);
  });
});

describe('PATCH /config', () => {
  const desired = [
    integer('max_connections', '70'),
    integer('wal_keep_size', '1GB', 'MB'),
    setting('wal_log_hints', 'yes', serverSetting({ name: 'wal_log_hints', vartype: 'bool' })),
  ];

  it('says what differs, in the types that Patroni reads', () => {
    expect(patroniPatch(desired, { max_connections: 60 }, [])).toEqual({
      max_connections: 70,
      wal_keep_size: '1GB',
      wal_log_hints: 'on',
    });
  });

  it('says nothing where the values mean the same', () => {
    const there = { max_connections: '70', wal_keep_size: '1024MB', wal_log_hints: true, work_mem: '4MB' };
    expect(patroniPatch(desired, there, [])).toEqual({});
  });

  it('takes back what an earlier version of the files had put there, and nothing else', () => {
    const there = { max_connections: 60, max_wal_senders: 8, work_mem: '4MB' };
    expect(patroniPatch([], there, ['max_connections', 'wal_level'])).toEqual({ max_connections: null });
  });
});

describe('a cluster-wide setting', () => {
  const desired = [integer('max_connections', '70')];
  const server = (more: object) => ({
    settings: new Map([
      ['max_connections', serverSetting({ name: 'max_connections', vartype: 'integer', ...more })],
    ]),
  });

  it('is on its way until the server runs with it or knows that it will', () => {
    expect(onTheWay(desired, server({ setting: '60' }))).toEqual(['max_connections']);
    expect(onTheWay(desired, server({ setting: '60', pendingRestart: true }))).toEqual([]);
    expect(onTheWay(desired, server({ setting: '70' }))).toEqual([]);
  });

  it('that somebody changed in Patroni’s configuration is drift', () => {
    const config = { loopWaitSeconds: 10, usePgRewind: true };
    expect(clusterWideDrift(desired, { ...config, parameters: { max_connections: 70 } })).toEqual([]);
    expect(clusterWideDrift(desired, { ...config, parameters: { max_connections: 90 } })).toMatchObject([
      { name: 'max_connections', desired: '70', actual: '90' },
    ]);
    expect(clusterWideDrift(desired, { ...config, parameters: {} })).toMatchObject([{ actual: 'not set' }]);
  });
});
