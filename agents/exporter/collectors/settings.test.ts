import { describe, expect, it } from 'vitest';
import { type SettingRow, settingSamples, unitOf } from './settings.ts';

const facts = { address: '/run:5432', versionNum: 150_000, version: 'PostgreSQL 15', inRecovery: false };
const seen = (row: Partial<SettingRow>) =>
  settingSamples({ name: 'x', setting: '1', unit: null, vartype: 'integer', ...row }, facts).map(
    ({ family, value }) => [family.name, value],
  );

describe('a setting', () => {
  it.each([
    [
      { name: 'shared_buffers', setting: '16384', unit: '8kB' },
      'pg_settings_shared_buffers_bytes',
      134_217_728,
    ],
    [{ name: 'max_wal_size', setting: '1024', unit: 'MB' }, 'pg_settings_max_wal_size_bytes', 1_073_741_824],
    [
      { name: 'wal_segment_size', setting: '16777216', unit: 'B' },
      'pg_settings_wal_segment_size_bytes',
      16_777_216,
    ],
    [{ name: 'bgwriter_delay', setting: '200', unit: 'ms' }, 'pg_settings_bgwriter_delay_seconds', 0.2],
    [
      { name: 'log_rotation_age', setting: '1440', unit: 'min' },
      'pg_settings_log_rotation_age_seconds',
      86_400,
    ],
    [
      { name: 'log_min_duration_statement', setting: '-1', unit: 'ms' },
      'pg_settings_log_min_duration_statement_seconds',
      -1,
    ],
    [{ name: 'fsync', setting: 'on', vartype: 'bool' as const }, 'pg_settings_fsync', 1],
    [{ name: 'ssl', setting: 'off', vartype: 'bool' as const }, 'pg_settings_ssl', 0],
    [
      { name: 'random_page_cost', setting: '1.1', vartype: 'real' as const },
      'pg_settings_random_page_cost',
      1.1,
    ],
    [
      { name: 'pgaudit.log_rows', setting: 'on', vartype: 'bool' as const },
      'pg_settings_pgaudit_log_rows',
      1,
    ],
  ])('%o is in base units', (row, name, value) => {
    expect(seen(row)).toEqual([[name, value]]);
  });

  it('in a unit that nobody knows, or without a number, is left out rather than wrong', () => {
    expect(seen({ unit: 'fortnight' })).toEqual([]);
    expect(seen({ setting: 'many' })).toEqual([]);
    expect(unitOf('8 kB')).toBeUndefined();
  });
});
