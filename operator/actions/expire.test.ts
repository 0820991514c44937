import { schema } from '@howdah/backup/config';
import { clusterSpec } from '@howdah/kinds/postgres-cluster';
import type { BackupStatus } from '@howdah/status/backup';
import { night, quietFleet } from '@howdah/status/testdata/fleet';
import { describe, expect, it } from 'vitest';
import { requestIdOf } from '../backups/requests.ts';
import { expireOutcome, expireRefusal, expireRequest } from './expire.ts';

const metadata = { name: 'make-room', namespace: 'shop', uid: 'uid-of-the-action' };
const running = { metadata, status: { phase: 'Running', startedAt: '2026-03-04T03:11:00Z' } } as const;
const backup = (more: object) =>
  clusterSpec.parse({ postgres: { version: 17 }, storage: { data: { size: '1Gi' } }, backup: more }).backup;
const repositories = [
  { name: 'repo1', volume: { claimName: 'one' } },
  { name: 'repo2', volume: { claimName: 'two' } },
];
const whole = backup({ repositories, retention: { full: 2 } });

describe('an expiration that somebody asks for', () => {
  it('is refused where there is nothing to expire, or nothing that says what may go', () => {
    expect(expireRefusal('orders', backup({}))).toMatch(
      /^orders has no repository: spec.backup.repositories/,
    );
    expect(expireRefusal('orders', backup({ repositories }))).toMatch(/has no spec.backup.retention/);
    expect(expireRefusal('orders', whole)).toBeUndefined();
  });

  it('is a request in the agents’ file once it has begun, of all repositories', () => {
    expect(expireRequest({ metadata, status: {} }, whole)).toEqual([]);
    const requests = expireRequest(running, whole);
    expect(requests).toEqual([
      { id: requestIdOf(running), type: 'expire', repos: [1, 2], at: '2026-03-04T03:11:00.000Z' },
    ]);
    const file = { stanza: 'main', role: { source: 'postgres' }, schedules: [], requests };
    expect(schema.safeParse(file).error).toBeUndefined();
  });

  const fleetSaying = (words: Partial<BackupStatus>) => {
    const fleet = quietFleet();
    const detail = fleet.members[0]?.agents.answer?.agents.backup?.detail;
    if (detail === undefined) throw new Error('the sample has no detail');
    Object.assign(detail, words);
    return fleet;
  };
  const saying = (expirations: BackupStatus['expirations'], more: Partial<BackupStatus> = {}) =>
    expireOutcome(running, fleetSaying({ expirations, ...more }), new Date(night));
  const run = { id: requestIdOf(running), at: running.status.startedAt, repos: [1, 2] };
  const ended = { ...run, startedAt: '2026-03-04T03:11:02Z', endedAt: '2026-03-04T03:11:03Z' };

  it('goes as the primary’s agent says: under way, done with what went, or failed with the reason', () => {
    expect(saying([run])).toBeUndefined();
    expect(saying([{ ...run, startedAt: ended.startedAt }])).toBeUndefined();
    expect(saying([{ ...ended, id: 'another', expired: [] }])).toBeUndefined();
    expect(saying([{ ...ended, expired: ['20260222-010000F'] }])).toEqual({
      ...{ phase: 'Done', message: '20260222-010000F went, by what retention keeps' },
    });
    expect(saying([{ ...ended, expired: [] }])).toMatchObject({ phase: 'Done' });
    expect(saying([{ ...ended, expired: [], reason: 'repo2: no space left' }])).toEqual({
      ...{ phase: 'Failed', message: 'repo2: no space left; no backup went' },
    });
  });

  it('is for the next primary where the agent that began lost the role', () => {
    const lost = { ...ended, expired: [], reason: 'this member is replica now' };
    expect(saying([lost], { role: 'replica' })).toBeUndefined();
  });

  const hours = (count: number) => new Date(Date.parse(night) + count * 3_600_000);

  it('does not wait forever for an agent that does not begin', () => {
    expect(expireOutcome(running, quietFleet(), hours(2))).toMatchObject({ phase: 'Failed' });
  });

  it('waits as long as a backup runs, says so once, and has its patience after it', () => {
    const { startedAt } = running.status;
    const backup = { scheduleId: 'weekly-full', type: 'full', repo: 1, dueAt: startedAt, startedAt } as const;
    const busy = fleetSaying({ running: backup });
    const waits = expireOutcome(running, busy, hours(2));
    expect(waits).toEqual({
      phase: 'Running',
      message: 'waits for the full backup into repo1 that began at 2026-03-04T03:11:00Z',
    });
    const waiting = { metadata, status: { ...running.status, ...waits } };
    expect(expireOutcome(waiting, busy, hours(9))).toBeUndefined();

    const free = expireOutcome(waiting, quietFleet(), hours(10));
    expect(free).toMatchObject({ phase: 'Running', waitedUntil: '2026-03-04T13:12:00Z' });
    const goesOn = { metadata, status: { ...waiting.status, ...free } };
    expect(expireOutcome(goesOn, quietFleet(), hours(10.5))).toBeUndefined();
    expect(expireOutcome(goesOn, quietFleet(), hours(11.5))).toMatchObject({ phase: 'Failed' });
    expect(expireOutcome(goesOn, busy, hours(11.5))).toMatchObject({
      message: expect.stringMatching(/^waits for/),
    });
  });
});
