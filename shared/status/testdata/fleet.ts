import type { AuditUploadStatus } from '../audit-upload.ts';
import type { BackupEntry, BackupStatus } from '../backup.ts';
import type { AgentCommon } from '../common.ts';
import type { ConfigReloadStatus } from '../config-reload.ts';
import type { Cluster, Fleet } from '../fleet.ts';
import type { LogshipStatus } from '../logship.ts';
import { type Status, status } from '../status.ts';

/** A cluster on a quiet night: pg-0 is primary on timeline 3, two replicas follow, everything works. */
export const night = '2026-03-04T03:12:00.000Z';

export const before = (seconds: number, now = night): string =>
  new Date(Date.parse(now) - seconds * 1_000).toISOString();

const minute = 60;
const hour = 3_600;
const day = 86_400;
const mebibyte = 1024 * 1024;

const common = (lastProgressAt: string, now: string): AgentCommon => ({
  state: 'running',
  ready: true,
  startedAt: before(9 * day, now),
  lastProgressAt,
  restarts: 0,
  config: { digest: '4be1'.repeat(16), valid: true, problems: [] },
});

const backup = (
  type: BackupEntry['type'],
  label: string,
  stoppedAt: string,
  timeline: number,
  needs: readonly string[],
): BackupEntry => ({
  label,
  type,
  repo: 1,
  startedAt: before(type === 'full' ? 840 : 95, stoppedAt),
  stoppedAt,
  databaseBytes: 48_318_382_080,
  repositoryBytes: type === 'full' ? 11_811_160_064 : type === 'diff' ? 1_932_735_283 : 214_748_364,
  databaseDeltaBytes: type === 'full' ? 48_318_382_080 : type === 'diff' ? 6_442_450_944 : 912_680_550,
  restoreBytes: 12_025_908_428,
  ...(needs.length === 0 ? {} : { prior: needs.at(-1) ?? '' }),
  databaseId: 1,
  postgresVersion: '17',
  pgbackrestVersion: '2.55.1',
  lsnStart: '2A/7000028',
  lsnStop: '2A/7000138',
  walStart: `0000000${timeline}0000002A00000007`,
  walStop: `0000000${timeline}0000002A00000007`,
  timeline,
  error: false,
  ...(type === 'incr' ? { annotations: { 'howdah-schedule': 'six-hourly', 'howdah-due': before(125, stoppedAt) } } : {}),
});

const backupsOf = (now: string): BackupEntry[] => {
  const full = '20260301-010000F';
  const entries = [backup('full', full, before(3 * day + 2 * hour - 14 * minute, now), 2, [])];
  let chain = [full];
  for (let back = 9; back >= 0; back -= 1) {
    const done = before(back * 6 * hour + 2 * hour + 10 * minute, now);
    const stamp = done.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
    const type = back === 2 || back === 6 ? 'diff' : 'incr';
    const label = `${full}_${stamp}${type === 'diff' ? 'D' : 'I'}`;
    const needs = type === 'diff' ? [full] : chain;
    entries.push(backup(type, label, done, back > 5 ? 2 : 3, needs));
    chain = [...needs, label];
  }
  return entries;
};

/** A replica knows of the newest backup's end alone. */
const restorableOf = (now: string, primary: boolean): NonNullable<BackupStatus['repositories'][number]['restorable']> => {
  const stops = backupsOf(now).map(({ stoppedAt }) => stoppedAt);
  const [oldest = now, newest = now] = [stops[0], stops.at(-1)];
  const latest = primary ? before(14, now) : newest;
  return { oldest, latest, ranges: [{ from: oldest, to: latest }] };
};

const backupDetail = (role: 'primary' | 'replica', now: string): BackupStatus => {
  const primary = role === 'primary';
  return {
    version: 1,
    stanza: 'orders',
    role,
    timeline: 3,
    history: [
      { timeline: 1, endLsn: '1F/4000000' },
      { timeline: 2, endLsn: '2A/8000000', endedAt: before(2 * day, now) },
    ],
    schedules: [
      {
        id: 'weekly-full',
        type: 'full',
        cron: '0 2 * * 0',
        timeZone: 'Europe/Berlin',
        repos: [1],
        nextDue: ['2026-03-08T01:00:00.000Z', '2026-03-15T01:00:00.000Z', '2026-03-22T01:00:00.000Z'],
      },
      {
        id: 'daily-diff',
        type: 'diff',
        cron: '0 14 * * *',
        timeZone: 'Europe/Berlin',
        repos: [1],
        nextDue: ['2026-03-04T13:00:00.000Z', '2026-03-05T13:00:00.000Z', '2026-03-06T13:00:00.000Z'],
      },
      {
        id: 'six-hourly',
        type: 'incr',
        cron: '0 */6 * * *',
        timeZone: 'UTC',
        repos: [1],
        nextDue: ['2026-03-04T06:00:00.000Z', '2026-03-04T12:00:00.000Z', '2026-03-04T18:00:00.000Z'],
      },
    ],
    repositories: [
      {
        repo: 1,
        reachable: true,
        checkedAt: before(20, now),
        backups: backupsOf(now),
        archives: [
          {
            databaseId: 1,
            postgresVersion: '17',
            walMin: '000000020000002A00000007',
            walMax: '000000030000002A0000001C',
          },
        ],
        restorable: restorableOf(now, primary),
      },
    ],
    ...(primary
      ? {
          archive: {
            segmentBytes: 16 * mebibyte,
            lastArchivedWal: '000000030000002A0000001C',
            lastArchivedAt: before(14, now),
            atRiskBytes: 1_363_148,
            atRiskSeconds: 14,
            queue: { readyFiles: 0 },
            walVolume: { freeBytes: 85_899_345_920 },
          },
        }
      : {}),
  };
};

const logshipDetail = (now: string, factor: number): LogshipStatus => ({
  version: 1,
  logDirectory: '/var/lib/postgresql/log',
  counts: { read: 48_211 * factor, shipped: 48_211 * factor, raw: 0, rejected: 0 },
  severities: { FATAL: 2 * factor, ERROR: 131 * factor, WARNING: 18, LOG: 48_060 * factor },
  files: [{ name: 'postgresql-wed.csv', sizeBytes: 7_340_032, offsetBytes: 7_340_032 }],
  backlogBytes: 0,
  lastRecordAt: before(2, now),
  sinks: [{ id: 'stdout', kind: 'stdout', ok: true, shipped: 48_211 * factor, backlogBytes: 0, lastShippedAt: before(2, now) }],
});

const auditDetail = (member: string, now: string): AuditUploadStatus => ({
  version: 1,
  chain: { id: `${member}-01jqb3v5w2`, head: 412, headHash: '9d1f6b20c4e7'.repeat(5) + '9d1f' },
  store: { kind: 'azure', location: 'https://audit.blob.core.windows.net/trail', reachable: true },
  records: { collected: 182_404, proven: 182_377 },
  open: { records: 27, bytes: 9_112, since: before(48, now) },
  backlog: { segments: 0, bytes: 0 },
  lastProven: {
    sequence: 412,
    key: `${member}/2026/03/04/000412.jsonl.gz`,
    records: 433,
    bytes: 51_200,
    at: before(61, now),
  },
});

const configDetail = (now: string): ConfigReloadStatus => ({
  version: 1,
  desiredDigest: 'c0ffee12ab34'.repeat(5) + 'c0ff',
  appliedDigest: 'c0ffee12ab34'.repeat(5) + 'c0ff',
  appliedAt: before(2 * day, now),
  phase: 'in-force',
  problems: [],
  pendingRestart: [],
  drift: [],
  files: [
    { file: 'postgresql.conf', present: true, digest: 'ab'.repeat(32), settings: 31 },
    { file: 'pg_hba.conf', present: true, digest: 'cd'.repeat(32), settings: 9 },
    { file: 'pgaudit.conf', present: true, digest: 'ef'.repeat(32), settings: 3 },
  ],
});

/** What `/status` of one member says when all is well; checked against its schema. */
export const statusOf = (member: string, role: 'primary' | 'replica', now = night): Status =>
  status.parse({
    version: 1,
    member,
    howdah: '0.1.0',
    startedAt: before(9 * day, now),
    now,
    agents: {
      backup: { ...common(before(role === 'primary' ? 2 * hour + 10 * minute : 20, now), now), detail: backupDetail(role, now) },
      exporter: {
        ...common(before(6, now), now),
        detail: {
          version: 1,
          up: true,
          serverVersion: '17.5',
          inRecovery: role === 'replica',
          lastSampleAt: before(6, now),
          lastSampleSeconds: 0.21,
          series: 1_204,
          connections: 1,
          collectors: [],
          ...(role === 'replica' ? { replicationLagSeconds: 0.2 } : {}),
        },
      },
      logship: { ...common(before(2, now), now), detail: logshipDetail(now, role === 'primary' ? 3 : 1) },
      'audit-upload': { ...common(before(61, now), now), detail: auditDetail(member, now) },
      'config-reload': { ...common(before(31, now), now), detail: configDetail(now) },
    },
  } satisfies Status);

export const clusterOf = (names: readonly string[]): Cluster => ({
  scope: 'orders',
  paused: false,
  members: names.map((name, index) => ({
    name,
    role: index === 0 ? 'primary' : 'replica',
    synchronous: false,
    state: index === 0 ? 'running' : 'streaming',
    timeline: 3,
    ...(index === 0 ? {} : { lagBytes: index === 1 ? 0 : 40 * 1024 }),
    pendingRestart: false,
  })),
});

/** Three members, all well; the parts may be replaced by a test. */
export const quietFleet = (): Fleet => {
  const names = ['pg-0', 'pg-1', 'pg-2'];
  const heardAt = before(2);
  return {
    now: night,
    staleAfterSeconds: 15,
    cluster: { askedAt: heardAt, answeredAt: heardAt, answer: clusterOf(names) },
    members: names.map((name, index) => ({
      name,
      watched: true,
      agents: {
        askedAt: heardAt,
        answeredAt: heardAt,
        answer: statusOf(name, index === 0 ? 'primary' : 'replica', heardAt),
      },
    })),
  };
};

export const largeLagBytes = 300 * mebibyte;
