import { describe, expect, it } from 'vitest';
import { classifyExit, errorMessageIn } from './classify.ts';

describe('classifyExit', () => {
  it.each([
    [32, "ERROR: [032]: key '7' is not valid for 'repo' option", 'HOWDAH_PGBACKREST_CONFIGURATION'],
    [50, 'unable to acquire lock on file', 'HOWDAH_PGBACKREST_LOCKED'],
    [55, 'HINT: has a stanza-create been performed?', 'HOWDAH_PGBACKREST_STANZA_MISSING'],
    [55, 'unable to open missing file', 'HOWDAH_PGBACKREST_REPOSITORY'],
    [56, 'unable to connect', 'HOWDAH_PGBACKREST_DATABASE'],
    [58, 'WAL timeline 2 does not match pg_control timeline 1', 'HOWDAH_PGBACKREST_PROMOTION_UNSETTLED'],
    [58, 'version mismatch', 'HOWDAH_PGBACKREST_DATABASE_MISMATCH'],
    [62, 'stop file exists', 'HOWDAH_PGBACKREST_STOPPED'],
    [63, 'terminated on signal [SIGTERM]', 'HOWDAH_PGBACKREST_TERMINATED'],
    [82, 'WAL segment was not archived before the 60000ms timeout', 'HOWDAH_PGBACKREST_ARCHIVE'],
    [null, '', 'HOWDAH_PGBACKREST_TERMINATED'],
    [25, 'assert', 'HOWDAH_PGBACKREST_FAILED'],
  ])('exit %s (%s) is %s', (code, message, kind) => {
    expect(classifyExit(code, message).code).toBe(kind);
  });
});

describe('errorMessageIn', () => {
  it('gives the error with its hints, then the warnings that led to it', () => {
    const written = [
      'WARN: unable to check pg1: role is not permitted to log in',
      "2026-11-21 09:13:06.100 P00  ERROR: [055]: unable to load info file 'backup.info':",
      '       HINT: has a stanza-create been performed?',
    ].join('\n');
    expect(errorMessageIn(written)).toBe(
      "[055]: unable to load info file 'backup.info':; HINT: has a stanza-create been performed?; unable to check pg1: role is not permitted to log in",
    );
  });

  it('gives the end of what was written when no error is named', () => {
    expect(errorMessageIn('Segmentation fault\n')).toBe('Segmentation fault');
  });

  it('never gives more than 600 characters', () => {
    expect(errorMessageIn(`ERROR: [041]: ${'x'.repeat(5_000)}`)).toHaveLength(600);
  });
});
