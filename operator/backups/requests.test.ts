import { type PostgresBackup, postgresBackup } from '@howdah/kinds/postgres-backup';
import type { BackupStatus } from '@howdah/status/backup';
import { night, quietFleet } from '@howdah/status/testdata/fleet';
import { describe, expect, it } from 'vitest';
import { isOver, obstacle, requestIdOf, requestStatus, requestsOf } from './requests.ts';

const backup = (status: object = {}): PostgresBackup =>
  postgresBackup.parse({
    apiVersion: 'howdah.dev/v1alpha1',
    kind: 'PostgresBackup',
    metadata: {
      ...{ name: 'Before-The-Upgrade', namespace: 'shop', uid: 'uid-1' },
      creationTimestamp: '2026-03-04T03:00:00Z',
    },
    spec: { cluster: 'orders', type: 'diff' },
    status,
  });
const id = requestIdOf(backup());
const scheduleId = `request/${id}`;
const now = new Date(night);

const saying = (words: Partial<BackupStatus>) => {
  const fleet = quietFleet();
  const detail = fleet.members[0]?.agents.answer?.agents.backup?.detail;
  if (detail === undefined) throw new Error('the sample has no detail');
  Object.assign(detail, words);
  return requestStatus(backup(), fleet, now);
};

const at = '2026-03-04T03:00:00.000Z';
const asked = (more: object) => [{ id, type: 'diff' as const, at, repos: [{ repo: 1 }], ...more }];
const attempt = {
  ...({ scheduleId, dueAt: at, type: 'diff', repo: 1, attempt: 1, member: 'pg-0' } as const),
  startedAt: '2026-03-04T03:00:05.250Z',
};
const failed = {
  ...({ ...attempt, outcome: 'failed', reason: 'no space left' } as const),
  endedAt: '2026-03-04T03:00:09.000Z',
};

describe('what came of a backup that was asked for', () => {
  it('is done when the repository shows it, with its sizes and times', () => {
    const label =
      quietFleet().members[0]?.agents.answer?.agents.backup?.detail?.repositories[0]?.backups[0]?.label;
    expect(saying({ requests: asked({ repos: [{ repo: 1, label }] }) })).toMatchObject({
      ...{ phase: 'Done', label, repositoryBytes: expect.any(Number) },
      ...{ startedAt: expect.stringMatching(/:\d\dZ$/), endedAt: expect.stringMatching(/:\d\dZ$/) },
    });
  });

  it('is pending until the primary’s agent begins, and then runs, on whichever member the journal says', () => {
    expect(saying({ requests: asked({}) })).toMatchObject({ phase: 'Pending' });
    expect(saying({ requests: asked({}), runs: [{ ...attempt, member: 'pg-2' }] })).toMatchObject({
      ...{ phase: 'Running', member: 'pg-2', startedAt: '2026-03-04T03:00:05Z' },
    });
    const { attempt: _attempt, member: _member, ...running } = attempt;
    expect(saying({ requests: asked({}), running })).toMatchObject({ phase: 'Running', member: 'pg-0' });
  });

  it('is pending with the reason while it is tried again, also when another run has ended since', () => {
    const lastRun = { ...failed, scheduleId: 'weekly', outcome: 'done' } as const;
    expect(saying({ requests: asked({}), runs: [failed], lastRun })).toEqual({
      ...{ phase: 'Pending', member: 'pg-0' },
      message: 'failed on pg-0: no space left; it is tried again',
    });
    // Of a repository without a journal the primary’s agent alone knows.
    expect(saying({ requests: asked({}), runs: [], lastRun: failed })).toMatchObject({
      message: 'failed on pg-0: no space left; it is tried again',
    });
  });

  it('has failed, for good, when nobody tries it any more', () => {
    const gaveUp = '3 of 3 attempts failed: no space left';
    const status = saying({ requests: asked({ gaveUp }), runs: [failed] });
    expect(status).toEqual({
      ...{ phase: 'Failed', message: gaveUp, member: 'pg-0' },
      ...{ startedAt: '2026-03-04T03:00:05Z', endedAt: '2026-03-04T03:00:09Z' },
    });
    expect(isOver(backup(status))).toBe(true);
    const never = saying({ requests: asked({ gaveUp: 'not begun within 24 h' }) });
    expect(never).toEqual({
      phase: 'Failed',
      message: 'not begun within 24 h',
      endedAt: '2026-03-04T03:12:00Z',
    });
  });
});

it('asks the agents for what is neither done nor given up', () => {
  const open = [{}, { phase: 'Pending' }, { phase: 'Running' }, { phase: 'Failed' }];
  for (const status of open)
    expect(requestsOf([backup(status)])).toMatchObject([{ id, type: 'diff', repos: [1] }]);
  for (const phase of ['Done', 'Failed'])
    expect(requestsOf([backup({ phase, endedAt: '2026-03-04T03:00:09Z' })])).toEqual([]);
});

it('says what is missing where the cluster has no such repository', () => {
  const other = { name: 'repo2', path: '/two', volume: { claimName: 'two' } };
  expect(obstacle(backup())).toMatch(/^orders has no repo1 in spec.backup.repositories; /);
  expect(obstacle(backup(), [other] as never)).toMatch(/, only repo2; /);
  expect(obstacle(backup(), [{ ...other, name: 'repo1' }] as never)).toBeUndefined();
});
