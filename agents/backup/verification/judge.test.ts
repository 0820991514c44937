import { HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from '@howdah/pgbackrest/errors';
import type { VerifyReport } from '@howdah/pgbackrest/verify-report';
import { describe, expect, it } from 'vitest';
import { at, backupOf, viewOf } from '../testing/samples.ts';
import { judgeVerify } from './judge.ts';

const full = backupOf('full', at('01T01:00'));
const incr = backupOf('incr', at('02T01:00'));
const after = viewOf([full, incr]);
const before = [full.label, incr.label];

const found = (label: string, status = 'valid', validFiles = 9) => ({ label, status, files: 9, validFiles });
const said = (more: Partial<VerifyReport> = {}) => ({
  report: {
    ...{ status: 'ok' as const, archives: [{ archiveId: '15-1', segments: 4, validSegments: 4 }] },
    ...{ backups: [found(full.label), found(incr.label)], remarks: [], findings: [] },
    ...more,
  },
});
const valid = { outcome: 'done', verdict: 'valid' };

describe('the verdict', () => {
  it('is valid when pgBackRest says so of each backup that is there', () => {
    expect(judgeVerify({ said: said(), before, after })).toEqual(valid);
  });

  it('is not pgBackRest’s ok where a backup has lost its directory or its manifests', () => {
    const lost = said({ backups: [found(full.label, 'manifest missing', 9)] });
    expect(judgeVerify({ said: lost, before, after })).toEqual({
      ...{ outcome: 'done', verdict: 'invalid' },
      problems: [
        `${full.label}: manifest missing`,
        `${incr.label}: not found, although backup.info names it`,
      ],
    });
  });

  it('names the files, the first ten', () => {
    const findings = Array.from({ length: 20 }, (_, index) => `invalid checksum '${index}'`);
    const damaged = said({
      ...{ status: 'error' as const, findings },
      backups: [found(full.label, 'invalid', 7), found(incr.label)],
      archives: [{ archiveId: '15-1', segments: 4, validSegments: 3 }],
    });
    const { problems = [] } = judgeVerify({ said: damaged, before, after });
    expect(problems.slice(0, 3)).toEqual([
      `${full.label}: invalid, 2 of 9 files`,
      'archive 15-1: 3 of 4 WAL segments are valid',
      "invalid checksum '0'",
    ]);
    expect(problems).toHaveLength(11);
    expect(problems.at(-1)).toBe('and 12 more, in pgBackRest’s log file');
  });

  it('leaves alone what expired or began meanwhile', () => {
    expect(
      judgeVerify({ said: said({ backups: [found(full.label)] }), before, after: viewOf([full]) }),
    ).toEqual(valid);
    const begun = said({
      backups: [found(full.label), found(incr.label), found('20260303-010000F', 'in-progress')],
    });
    expect(judgeVerify({ said: begun, before, after })).toEqual(valid);
    const gone = said({ status: 'error', backups: [found(full.label), found(incr.label, 'invalid', 3)] });
    expect(judgeVerify({ said: gone, before, after: viewOf([full]) })).toMatchObject({ outcome: 'failed' });
  });

  it('is damage where pgBackRest ends on it, and none where it ends for another reason', () => {
    const ends = (exitCode: number) => ({
      error: new HowdahError(pgbackrestErrors.repository, 'zlib threw error', { details: { exitCode } }),
    });
    expect(judgeVerify({ said: ends(29), before, after })).toMatchObject({
      ...{ verdict: 'invalid', problems: [expect.stringContaining('zlib threw error')] },
    });
    expect(judgeVerify({ said: ends(55), before, after })).toEqual({
      outcome: 'failed',
      reason: 'zlib threw error',
    });
  });

  it('is none where the repository does not answer, whatever was found missing in it', () => {
    const nothing = said({
      status: 'error',
      backups: [],
      archives: [],
      remarks: ['No usable backup.info file'],
    });
    const away = viewOf([full], { reachable: false, message: 'no route to host' });
    expect(judgeVerify({ said: nothing, before, after: away })).toEqual({
      outcome: 'failed',
      reason: 'the repository could not be read afterwards: no route to host',
    });
    expect(judgeVerify({ said: nothing, before, after })).toMatchObject({ verdict: 'invalid' });
  });
});
