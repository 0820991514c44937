import { formatBytes, formatDuration } from '@howdah/core/units';
import { type BackupView, backupsNewestFirst, backupView, usefulNewestFirst } from '../backup-view.ts';
import { ageAtMember, type Fleet } from '../fleet.ts';
import type { Finding } from './finding.ts';

/** WAL that has waited this long is more than a slow store: a push takes seconds. */
const atRiskWarningSeconds = 5 * 60;
/**
 * Less than a whole segment (16 MiB unless initdb was told otherwise) cannot be archived yet; on a quiet
 * server it waits for hours, and nothing is wrong.
 */
const atRiskWarningBytes = 16 * 1024 * 1024;
/** At this age pg_wal has begun to fill. */
const atRiskAlarmSeconds = 30 * 60;
/** Before that somebody must have come, or PostgreSQL stops. */
const fullAlarmSeconds = 2 * 60 * 60;
/** A schedule is late by minutes when a run before it is long; not by an hour. */
const overdueAlarmSeconds = 60 * 60;
/** A verify may take hours, and makes room for backups. */
const verifyOverdueSeconds = 26 * 60 * 60;

/** Whether there is a backup, whether the next came when due, and whether WAL leaves. */
export const backupFindings = (fleet: Fleet): readonly Finding[] => {
  const view = backupView(fleet);
  if (view === undefined) return [];
  return [
    ...presence(view),
    ...repositories(view),
    ...retention(view),
    ...(view.authoritative ? [...archive(fleet, view), ...overdue(fleet, view)] : []),
    ...archiveGaps(view),
    ...verifications(fleet, view),
    ...lastRun(fleet, view),
  ];
};

const presence = ({ detail }: BackupView): readonly Finding[] => {
  const backups = backupsNewestFirst(detail);
  const anyReachable = detail.repositories.some((repository) => repository.reachable);
  const damaged = backups.find((backup) => backup.error);
  const useful = usefulNewestFirst(detail);
  return [
    ...(useful.length === 0 && anyReachable
      ? [
          detail.running === undefined
            ? ({
                level: 'alarm',
                area: 'backups',
                id: 'no-backup',
                says:
                  backups.length === 0
                    ? 'There is no backup in any repository.'
                    : 'There is no backup of the present timeline: all are superseded.',
                todo: 'If none is due soon, look at the backup agent of the primary and its schedules.',
              } as const)
            : ({
                level: 'warning',
                area: 'backups',
                id: 'first-backup',
                says: 'There is no backup yet: the first one is being taken.',
                todo: 'Wait until it is done.',
              } as const),
        ]
      : []),
    ...(damaged === undefined
      ? []
      : [
          {
            level: 'alarm',
            area: 'backups',
            id: `damaged/${damaged.label}`,
            says: `Backup ${damaged.label} holds damaged pages.`,
            todo: 'The data directory is damaged: check the storage, and keep the last good backup.',
          } as const,
        ]),
  ];
};

const repositories = ({ detail }: BackupView): readonly Finding[] => {
  const unreachable = detail.repositories.filter((repository) => !repository.reachable);
  const all = unreachable.length === detail.repositories.length;
  return unreachable.map(({ repo, message }) => ({
    level: all ? 'alarm' : 'warning',
    area: 'backups',
    id: `repository/${repo}`,
    says: `Repository ${repo} cannot be read.`,
    todo: message ?? 'Look at the store, its credentials, and pgbackrest.conf.',
  }));
};

/** The alert HowdahBackupRetentionUnset says the same. */
const retention = ({ detail }: BackupView): readonly Finding[] =>
  detail.repositories
    .filter(({ retentionSet }) => retentionSet === false)
    .map(({ repo }) => ({
      level: 'warning',
      area: 'backups',
      id: `retention/${repo}`,
      says: `Repository ${repo} keeps every backup and all WAL for ever.`,
      todo: `Set \`repo${repo}-retention-full\` in pgbackrest.conf; 9999999 says that for ever is meant.`,
    }));

const overdue = (fleet: Fleet, { detail, member }: BackupView): readonly Finding[] =>
  detail.schedules.flatMap(({ id, type, overdueSince }) => {
    if (overdueSince === undefined) return [];
    const late = ageAtMember(fleet, member, overdueSince);
    const running = detail.running?.scheduleId === id;
    return [
      {
        level: running ? 'notice' : late > overdueAlarmSeconds ? 'alarm' : 'warning',
        area: 'backups',
        id: `backup-overdue/${id}`,
        says: running
          ? `The ${type} backup “${id}” is being taken, ${formatDuration(late)} after it was due.`
          : `The ${type} backup “${id}” is ${formatDuration(late)} overdue.`,
        todo: running
          ? 'Nothing to do.'
          : (detail.lastRun?.reason ?? `Look at the backup agent on ${member.name}.`),
      } as const,
    ];
  });

const archive = (fleet: Fleet, { detail, member }: BackupView): readonly Finding[] => {
  if (detail.archive === undefined) return [];
  const { lastFailedAt, lastArchivedAt, lastFailedWal, atRiskBytes, atRiskSeconds } = detail.archive;
  const { queue, walVolume } = detail.archive;
  const fullIn = walVolume?.secondsUntilFull;
  const failing =
    lastFailedAt !== undefined &&
    (lastArchivedAt === undefined || Date.parse(lastFailedAt) > Date.parse(lastArchivedAt));
  const waited = atRiskSeconds ?? 0;
  const stuck = waited > atRiskWarningSeconds && (atRiskBytes ?? 0) >= atRiskWarningBytes;
  if (!failing && !stuck) return [];
  const since = lastArchivedAt === undefined ? undefined : ageAtMember(fleet, member, lastArchivedAt);
  const risk =
    atRiskBytes === undefined ? '.' : `: ${formatBytes(atRiskBytes)} would be lost with the primary’s disk.`;
  const facts = [
    lastFailedWal === undefined ? undefined : `${lastFailedWal} was refused`,
    since === undefined ? undefined : `the last segment left ${formatDuration(since)} ago`,
    queue === undefined || queue.readyFiles === 0 ? undefined : `${queue.readyFiles} files wait`,
    fullIn === undefined ? undefined : `at this rate its volume is full in ${formatDuration(fullIn)}`,
  ].filter((fact) => fact !== undefined);
  return [
    {
      level:
        Math.max(waited, since ?? 0) > atRiskAlarmSeconds || (fullIn ?? Infinity) < fullAlarmSeconds
          ? 'alarm'
          : 'warning',
      area: 'backups',
      id: 'archive',
      member: member.name,
      says: failing
        ? `WAL archiving fails on ${member.name}${risk}`
        : `WAL has waited ${formatDuration(waited)} on ${member.name} to be archived${risk}`,
      todo: `Look at the repository and at \`pgbackrest check\`; pg_wal grows until it works${
        facts.length === 0 ? '' : ` (${facts.join('; ')})`
      }.`,
    },
  ];
};

/** A gap before the newest backup costs some of the past; one after it costs all that comes. */
const archiveGaps = ({ detail }: BackupView): readonly Finding[] =>
  detail.repositories.flatMap(({ repo, archiveGaps: found, backups }) => {
    const newestGap = found?.ranges.at(-1);
    if (found === undefined || newestGap === undefined) return [];
    const newest = backups
      .filter(({ superseded }) => superseded !== true)
      .toSorted((a, b) => Date.parse(b.stoppedAt) - Date.parse(a.stoppedAt))[0];
    const sinceBackup = newestGap.to > (newest?.walStop ?? '');
    const missing = `${found.missingSegments} WAL segment${found.missingSegments === 1 ? ' is' : 's are'} missing`;
    return [
      {
        level: sinceBackup ? 'alarm' : 'notice',
        area: 'backups',
        id: `archive-gaps/${repo}`,
        says: sinceBackup
          ? `Nothing since the newest backup in repository ${repo} is safe: ${missing} after it, from ${newestGap.from}.`
          : `Between backups in repository ${repo} ${missing}, at last ${newestGap.to}: one cannot restore to then.`,
        todo: sinceBackup
          ? 'Take a backup now: what comes after it can be restored again. Then look why the WAL got lost.'
          : 'Nothing, if `repo-retention-archive` removes it. Else look why it got lost; the backups after it are whole.',
      } as const,
    ];
  });

/** What the last verify found, and that none comes to a verdict any more. */
const verifications = (fleet: Fleet, { detail, member }: BackupView): readonly Finding[] =>
  (detail.verification?.repositories ?? []).flatMap(({ repo, last, lastTry, overdueSince }): Finding[] => {
    const finding = { area: 'backups', id: `verify/${repo}` } as const;
    if (last?.verdict === 'invalid')
      return [
        {
          ...finding,
          level: 'alarm',
          says: `Repository ${repo} is damaged: ${last.problems[0] ?? 'pgBackRest says so'}.`,
          todo: 'Look with `howdah backup verify` what else was found, and take a full backup into a sound repository.',
        },
      ];
    if (overdueSince === undefined) return [];
    const late = ageAtMember(fleet, member, overdueSince);
    if (late <= verifyOverdueSeconds) return [];
    return [
      {
        ...finding,
        level: 'warning',
        says: `Repository ${repo} should have been verified ${formatDuration(late)} ago.`,
        todo: lastTry?.reason ?? `Look at the backup agent on ${member.name}.`,
      },
    ];
  });

const endWords = { failed: 'failed', aborted: 'was stopped', refused: 'was not begun' } as const;

const lastRun = (fleet: Fleet, { detail, member }: BackupView): readonly Finding[] => {
  const run = detail.lastRun;
  if (run === undefined || run.outcome === 'done' || run.outcome === 'absorbed') return [];
  const [newest] = usefulNewestFirst(detail);
  if (newest !== undefined && Date.parse(newest.stoppedAt) > Date.parse(run.endedAt)) return [];
  const next = detail.waiting?.find(
    ({ scheduleId, repo }) => scheduleId === run.scheduleId && repo === run.repo,
  );
  const again =
    next === undefined
      ? ''
      : `; it is tried again in ${formatDuration(Math.max(0, -ageAtMember(fleet, member, next.nextTryAt)))}`;
  return [
    {
      level: 'warning',
      area: 'backups',
      id: `last-run/${run.scheduleId}`,
      member: member.name,
      says: `The last ${run.type} backup “${run.scheduleId}” ${endWords[run.outcome]}${again}.`,
      todo: run.reason ?? `Look at the log of the backup agent on ${member.name}.`,
    },
  ];
};
