import { describe, expect, it } from 'vitest';
import { parseVerifyReport } from './verify-report.ts';

const begin = 'INFO: verify command begin 2.45: --config=/etc/pgbackrest.conf --stanza=main\n';

describe('what pgBackRest 2.45 says', () => {
  it('of a sound repository', () => {
    const stdout = `stanza: main
status: ok
  archiveId: 15-1, total WAL checked: 4, total valid WAL: 4
    missing: 0, checksum invalid: 0, size invalid: 0, other: 0
  backup: 20261130-000056F, status: valid, total files checked: 964, total valid files: 964
    missing: 0, checksum invalid: 0, size invalid: 0, other: 0
`;
    const stderr = `${begin}INFO: stanza: main\n      status: ok\n        backup: 20261130-000056F, status: valid\nINFO: verify command end: completed successfully (1146ms)\n`;
    expect(parseVerifyReport(stdout, stderr)).toEqual({
      status: 'ok',
      archives: [{ archiveId: '15-1', segments: 4, validSegments: 4 }],
      backups: [{ label: '20261130-000056F', status: 'valid', files: 964, validFiles: 964 }],
      remarks: [],
      findings: [],
    });
  });

  it('of damaged and missing files, by name', () => {
    const stdout = `stanza: main
status: error
  archiveId: 15-1, total WAL checked: 4, total valid WAL: 4
    missing: 0, checksum invalid: 0, size invalid: 0, other: 0
  backup: 20261130-000056F, status: invalid, total files checked: 964, total valid files: 962
    missing: 1, checksum invalid: 1, size invalid: 0, other: 0
  backup: 20261130-000056F_20261130-000151I, status: manifest missing, total files checked: 0, total valid files: 0
`;
    const stderr = `${begin}INFO: file missing '20261130-000056F/pg_data/PG_VERSION.gz'
INFO: invalid checksum '20261130-000056F/pg_data/global/pg_control.gz'
INFO: invalid result 20261130-000056F/pg_data/1.gz: [41] raised from local-1 protocol: unable to open file
      [FileOpenError] on retry after 0ms
INFO: backup '20261130-000056F_20261130-000151I' appears to be in progress, skipping
`;
    const report = parseVerifyReport(stdout, stderr);
    expect(report?.status).toBe('error');
    expect(report?.backups.map(({ status }) => status)).toEqual(['invalid', 'manifest missing']);
    expect(report?.findings).toEqual([
      "file missing '20261130-000056F/pg_data/PG_VERSION.gz'",
      "invalid checksum '20261130-000056F/pg_data/global/pg_control.gz'",
      'invalid result 20261130-000056F/pg_data/1.gz: [41] raised from local-1 protocol: unable to open file; [FileOpenError] on retry after 0ms',
    ]);
  });

  it('of a repository without a usable stanza', () => {
    const stdout =
      'stanza: main\nstatus: error\n  No usable backup.info file\n  No usable archive.info file\n';
    expect(parseVerifyReport(stdout, begin)).toMatchObject({
      status: 'error',
      remarks: ['No usable backup.info file', 'No usable archive.info file'],
    });
  });
});

it('takes silence, and anything else, for no answer', () => {
  for (const stdout of ['', 'stanza: main\n', 'help']) expect(parseVerifyReport(stdout, '')).toBeUndefined();
});
