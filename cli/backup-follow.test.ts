import type { BackupStatus } from '@howdah/status/backup';
import { night, statusOf } from '@howdah/status/testdata/fleet';
import { describe, expect, it } from 'vitest';
import { follow } from './backup-follow.ts';

const asked = { version: 1, id: 'now-20260304t031200z', type: 'incr', repo: 1, at: night } as const;
const key = `request/${asked.id}`;
const run = {
  ...({ scheduleId: key, type: 'incr', repo: 1 } as const),
  ...{ dueAt: night, startedAt: night },
};

const detail = (more: Partial<BackupStatus> = {}): BackupStatus => {
  const found = statusOf('pg-0', 'primary').agents.backup?.detail;
  if (found === undefined) throw new Error('the sample has a backup agent');
  return { ...found, requests: [request()], ...more };
};
const request = (more: object = {}) => ({
  ...{ id: asked.id, type: 'incr' as const, at: night, repos: [{ repo: 1 }] },
  ...more,
});

describe('a backup that was asked for', () => {
  it('waits for what runs, and says what that is', () => {
    const running = { ...run, scheduleId: 'nightly', type: 'full' } as const;
    expect(follow(detail({ running }), asked)).toEqual({
      kind: 'waiting',
      because: 'nightly runs (full, repository 1)',
    });
  });

  it('waits for another member that is at it, in the agent’s words', () => {
    const lastRun = { ...run, endedAt: night, outcome: 'refused', reason: 'pg-1 is at it' } as const;
    expect(follow(detail({ lastRun }), asked)).toEqual({ kind: 'waiting', because: 'pg-1 is at it' });
  });

  it('runs until its hooks have ended, too', () => {
    const [backup] = detail().repositories[0]?.backups ?? [];
    const requests = [request({ repos: [{ repo: 1, label: backup?.label }] })];
    expect(follow(detail({ requests, running: { ...run, hooks: 'after' } }), asked)).toEqual({
      ...{ kind: 'running', since: night, hooks: 'after' },
    });
  });

  it('is done by the label that the repository shows, with what went wrong behind it', () => {
    const [backup] = detail().repositories[0]?.backups ?? [];
    const requests = [request({ repos: [{ repo: 1, label: backup?.label }] })];
    const lastRun = { ...run, endedAt: night, outcome: 'done', hookProblem: 'too slow' } as const;
    expect(follow(detail({ requests, lastRun }), asked)).toEqual({
      kind: 'done',
      backup,
      hookProblem: 'too slow',
    });
  });

  it('is not done for the reason that the agent gives', () => {
    const lastRun = { ...run, endedAt: night, outcome: 'aborted', reason: 'replica now' } as const;
    const requests = [request({ gaveUp: 'replica now' })];
    const expected = { kind: 'not-done', outcome: 'aborted', reason: 'replica now' };
    expect(follow(detail({ lastRun, requests }), asked)).toEqual(expected);
    expect(follow(detail({ requests: [request({ gaveUp: 'not begun within 1 h' })] }), asked)).toEqual({
      ...{ kind: 'not-done', outcome: 'failed', reason: 'not begun within 1 h' },
    });
  });

  it('is found by an agent that was started since, in repository and journal', () => {
    const base = detail({ requests: [] });
    const [first] = base.repositories;
    const taken = { ...first?.backups[0], annotations: { 'howdah-schedule': key } };
    const repositories = [{ ...first, backups: [taken] }] as BackupStatus['repositories'];
    expect(follow({ ...base, repositories }, asked)).toMatchObject({ kind: 'done', backup: taken });
    const attempt = { ...run, attempt: 1, member: 'pg-0' };
    const failed = {
      ...attempt,
      endedAt: night,
      outcome: 'failed',
      reason: 'the agents of pg-0 ended during it',
    } as const;
    expect(follow({ ...base, runs: [failed] }, asked)).toMatchObject({ kind: 'not-done', outcome: 'failed' });
    expect(follow({ ...base, runs: [attempt] }, asked)).toMatchObject({ kind: 'waiting' });
  });

  it('is forgotten by an agent that was started before it came to that', () => {
    expect(follow(detail({ requests: [], runs: [] }), asked)).toEqual({ kind: 'forgotten' });
  });
});
