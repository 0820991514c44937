import type { CancelAnswer } from '@howdah/backup/control/messages';
import { describe, expect, test } from 'vitest';
import { backupCancelJson, backupCancelText, isCancelled, lookFor } from './backup-cancel.ts';

const [dueAt, startedAt, endedAt] = ['01:00', '01:02', '01:09'].map((time) => `2026-03-01T${time}:00.000Z`);
if (dueAt === undefined || startedAt === undefined || endedAt === undefined)
  throw new Error('three instants');
const reason = 'cancelled by howdah backup cancel on pg-0';
const of = { version: 1, repo: 2, dueAt, reason } as const;
const backup: CancelAnswer = { ...of, what: 'backup', scheduleId: 'weekly', type: 'full', startedAt };
const waiting: CancelAnswer = { ...of, what: 'waiting', scheduleId: 'weekly', type: 'full', failures: 3 };
const verify: CancelAnswer = { ...of, what: 'verify', startedAt };
const status = {
  ...{ version: 1, stanza: 'main', role: 'primary', schedules: [], repositories: [] },
} as const satisfies Parameters<typeof lookFor>[1];
const verified = (more: object) => ({
  ...status,
  verification: { nextDue: [], repositories: [{ repo: 2, ...more }] },
});
const attempt = { dueAt, member: 'pg-0', startedAt };
const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();

describe('what becomes of a verify that is cancelled', () => {
  test('is awaited while it still runs, and told when it has ended', () => {
    expect(lookFor(verify, verified({ running: attempt }))).toBe('running');
    const end = lookFor(verify, verified({ lastTry: { ...attempt, endedAt, outcome: 'aborted', reason } }));
    if (end === 'running') throw new Error('it has ended');
    expect(isCancelled({ asked: verify, end })).toBe(true);
    expect(oneLine(backupCancelText({ asked: verify, end }))).toBe(
      'The verify of repository 2 (since 2026-03-01 01:02:00 UTC) is cancelled: it is not taken up again before its next due time, on any member.',
    );
  });

  test('may be a verdict that came first, or nothing that the agent knows of', () => {
    const last = { ...attempt, endedAt, verdict: 'valid', problems: [] } as const;
    const end = lookFor(verify, verified({ last }));
    expect(end).toEqual({ outcome: 'done', endedAt });
    expect(isCancelled({ asked: verify, end: { outcome: 'done', endedAt } })).toBe(false);
    expect(lookFor(verify, status)).toBeUndefined();
    expect(oneLine(backupCancelText({ asked: verify, end: undefined }))).toContain(
      'howdah backup verify tells how',
    );
  });
});

describe('a backup that waits for its next try', () => {
  test('is cancelled at once, with the number of its failures', () => {
    const text = oneLine(backupCancelText({ asked: waiting, end: undefined }));
    expect(text).toMatch(/^weekly \(full, repository 2, failed 3 times\) is cancelled: .* on any member\.$/);
    expect(JSON.parse(backupCancelJson({ asked: waiting, end: undefined }))).toMatchObject({
      ...{ version: 1, cancelled: true, what: 'waiting', scheduleId: 'weekly', failures: 3 },
    });
  });

  test('is told with what keeps other members from knowing of it', () => {
    const asked = { ...waiting, problem: 'the store is away' };
    expect(oneLine(backupCancelText({ asked, end: undefined }))).toContain(
      'other members do not know of it: the store is away.',
    );
  });
});

test('a backup that runs is awaited by the time at which it began', () => {
  const run = { scheduleId: 'weekly', type: 'full', repo: 2, dueAt, startedAt } as const;
  expect(lookFor(backup, { ...status, running: run })).toBe('running');
  const lastRun = { ...run, endedAt, outcome: 'done', label: '20260301-010200F' } as const;
  expect(lookFor(backup, { ...status, lastRun })).toEqual(lastRun);
  expect(oneLine(backupCancelText({ asked: backup, end: lastRun }))).toContain(
    'was done before it could be stopped: 20260301-010200F.',
  );
});
