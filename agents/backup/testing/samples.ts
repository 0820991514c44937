import type { Backup, StanzaInfo } from '@howdah/pgbackrest/info';
import { dueTimes } from '@howdah/schedule/due-times';
import type { Due } from '../model.ts';
import type { RepositoryView } from '../repository/views.ts';
import type { TimedSchedule } from '../schedule.ts';

/** Small values for the tests of decisions; each names only what the test is about. */

export const at = (time: string): Date => new Date(`2026-03-${time}Z`);

export const backupOf = (type: Backup['type'], startedAt: Date, more: Partial<Backup> = {}): Backup => ({
  label: `${startedAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}${type[0]?.toUpperCase()}`,
  type,
  repo: 1,
  startedAt,
  stoppedAt: new Date(startedAt.getTime() + 60_000),
  damagedPages: false,
  databaseBytes: 1_000,
  databaseDeltaBytes: 500,
  repositoryBytes: 300,
  repositoryDeltaBytes: 100,
  walStart: '000000010000000000000003',
  walStop: '000000010000000000000003',
  annotations: {},
  references: [],
  databaseId: 1,
  pgbackrestVersion: '2.45',
  ...more,
});

export const viewOf = (backups: readonly Backup[], more: Partial<RepositoryView> = {}): RepositoryView => ({
  repo: 1,
  reachable: true,
  stanzaMissing: false,
  checkedAt: at('02T00:00'),
  backups,
  archives: [],
  ...more,
});

export const scheduleOf = (more: Partial<TimedSchedule> = {}): TimedSchedule => {
  const schedule = {
    id: 'nightly',
    type: 'full' as const,
    cron: '0 1 * * *',
    timeZone: 'UTC',
    repos: [1],
    missed: { policy: 'run-once' as const, withinHours: 168 },
    ...more,
  };
  return { ...schedule, times: dueTimes(schedule.cron, schedule.timeZone) };
};

/** A schedule that was due at one moment and will not be again. */
export const dueOnce = (id: string, type: Due['type'], dueAt: Date): TimedSchedule => ({
  ...scheduleOf({ id, type }),
  times: {
    next: () => undefined,
    previous: (instant) => (instant >= dueAt ? dueAt : undefined),
  },
});

export const dueOf = (type: Due['type'], dueAt: Date, more: Partial<Due> = {}): Due => ({
  scheduleId: `${type}-schedule`,
  type,
  repo: 1,
  dueAt,
  ...more,
});

export const infoOf = (more: Partial<StanzaInfo> = {}): StanzaInfo => ({
  stanza: 'main',
  status: { code: 0, message: 'ok' },
  backupLock: { held: false },
  repositories: [{ repo: 1, cipher: 'none', status: { code: 0, message: 'ok' } }],
  databases: [],
  archives: [],
  backups: [],
  ...more,
});
