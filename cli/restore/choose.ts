import { HowdahError } from '@howdah/core/errors';
import type { BackupEntry, BackupStatus } from '@howdah/status/backup';
import type { BackupView } from '@howdah/status/backup-view';
import { cliErrors } from '../errors.ts';
import { type Fetched, fetched } from './fetch.ts';
import {
  archiveOf,
  type RepositoryStatus,
  type RestorableRange,
  restorable,
  restorableRange,
} from './range.ts';
import { formatTarget, type TargetTime } from './target-time.ts';
import { leadsTo, type TargetTimeline, targetTimeline } from './timeline.ts';

export interface RestoreQuestion {
  readonly target: TargetTime;
  /** One repository only. */
  readonly repo?: number;
  /** By the clock of whoever asks. */
  readonly now: string;
}

/** From what a restore to the target would start, and where recovery would lead. */
export interface RestoreChoice {
  readonly backup: BackupEntry;
  readonly timeline: TargetTimeline;
  /** Whether the backup lies on that timeline's history; `unknown` when nobody tells. */
  readonly onHistory: 'yes' | 'unknown';
  /** Newer ones before the target that do not lead to the timeline. */
  readonly passedOver: readonly BackupEntry[];
  readonly range: RestorableRange;
  readonly fetched: Fetched;
}

export interface RestoreChoices {
  readonly chosen: RestoreChoice;
  /** What other repositories would give. */
  readonly others: readonly RestoreChoice[];
  /** Repositories that could not be read, and were not looked at. */
  readonly unreadable: readonly number[];
}

/**
 * Chooses as `pgbackrest restore --type=time` does without --set (since 2.24; restoreBackupSet in
 * src/command/restore/select.c.inc): the repositories by number, in each the newest backup that was done before the
 * target's second, and not in it. Beyond that the backup's WAL must be there, and recovery from it must come to
 * the timeline, which pgBackRest only checks after it has chosen.
 *
 * @throws HOWDAH_CLI_NO_REPOSITORY, HOWDAH_CLI_TARGET_TOO_EARLY, HOWDAH_CLI_TARGET_TOO_LATE,
 *   HOWDAH_CLI_TARGET_UNREACHABLE
 */
export const chooseBackup = (view: BackupView, question: RestoreQuestion): RestoreChoices => {
  const { detail } = view;
  const { target, repo } = question;
  const repositories = askedRepositories(detail, repo);
  const candidates = repositories
    .filter(({ reachable }) => reachable)
    .map((repository) => ({ repository, before: restorable(repository).filter(doneBefore(target)) }));
  if (candidates.every(({ before }) => before.length === 0)) throw tooEarly(detail, repositories, target);
  refuseTooLate(detail, repositories, question);
  const [chosen, ...others] = candidates.flatMap(({ repository, before }) => {
    const choice = newestThatLeads(view, repository, before);
    return choice === undefined ? [] : [choice];
  });
  if (chosen === undefined) throw unreachable(candidates.flatMap(({ before }) => before));
  const unreadable = repositories.filter(({ reachable }) => !reachable).map((one) => one.repo);
  return { chosen, others, unreadable };
};

const askedRepositories = (detail: BackupStatus, repo: number | undefined): readonly RepositoryStatus[] => {
  const repositories = detail.repositories
    .filter((one) => repo === undefined || one.repo === repo)
    .toSorted((a, b) => a.repo - b.repo);
  if (repositories.some(({ reachable }) => reachable)) return repositories;
  const why = repositories.map(
    ({ repo: number, message = 'no answer' }) => `repository ${number}: ${message}`,
  );
  throw new HowdahError(
    cliErrors.noRepository,
    why.length > 0
      ? `cannot be read: ${why.join('; ')}`
      : `stanza ${detail.stanza} has no repository${repo === undefined ? '' : ` ${repo}`}`,
  );
};

const doneBefore =
  ({ seconds }: TargetTime) =>
  ({ stoppedAt }: BackupEntry): boolean =>
    Math.floor(Date.parse(stoppedAt) / 1000) < seconds;

const newestThatLeads = (
  { detail, authoritative }: BackupView,
  repository: RepositoryStatus,
  before: readonly BackupEntry[],
): RestoreChoice | undefined => {
  const range = restorableRange(repository, detail.archive);
  const passedOver: BackupEntry[] = [];
  for (const backup of before) {
    const archive = archiveOf(repository, backup);
    // A former major version's archive has timelines of its own, of which no server tells any more.
    const ofNow = archive === undefined || archive === repository.archives?.[0];
    const primary = ofNow && authoritative && detail.role === 'primary' ? detail.timeline : undefined;
    const timeline = targetTimeline(archive?.walMax ?? before[0]?.walStop, primary);
    if (timeline === undefined || range === undefined) continue;
    const onHistory = leadsTo(backup, timeline.timeline, ofNow ? detail.history : undefined);
    if (onHistory === 'no') {
      passedOver.push(backup);
      continue;
    }
    const amount = fetched(
      backup,
      repository.backups,
      archive,
      ofNow ? detail.archive : undefined,
      timeline.timeline,
    );
    return { backup, timeline, onHistory, passedOver, range, fetched: amount };
  }
  return undefined;
};

const tooEarly = (
  detail: BackupStatus,
  repositories: readonly RepositoryStatus[],
  target: TargetTime,
): HowdahError => {
  const [oldest] = repositories
    .flatMap((repository) => restorableRange(repository, detail.archive)?.oldest ?? [])
    .toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return new HowdahError(
    cliErrors.targetTooEarly,
    oldest === undefined
      ? `no backup of stanza ${detail.stanza} can be restored`
      : `${formatTarget(target)} is not after ${utc(oldest)}, when the oldest backup was done that can be restored`,
  );
};

/** Where nobody tells how far the archive reaches, only what has not been yet is refused. */
const refuseTooLate = (
  detail: BackupStatus,
  repositories: readonly RepositoryStatus[],
  { target, now }: RestoreQuestion,
): void => {
  const ranges = repositories.flatMap((repository) => restorableRange(repository, detail.archive) ?? []);
  const known = ranges.some(({ archiveKnown }) => archiveKnown);
  const [newest = now] = ranges
    .map((range) => range.newest)
    .toSorted((a, b) => Date.parse(b) - Date.parse(a));
  const bound = known ? newest : now;
  if ((target.seconds + Number(`0${target.fraction}`)) * 1000 <= Date.parse(bound)) return;
  throw new HowdahError(
    cliErrors.targetTooLate,
    known
      ? `${formatTarget(target)} is after ${utc(bound)}, when WAL was last archived`
      : `${formatTarget(target)} has not been yet`,
  );
};

const unreachable = (before: readonly BackupEntry[]): HowdahError => {
  const labels = before.slice(0, 3).map(({ label, timeline = '?' }) => `${label} (timeline ${timeline})`);
  const more = before.length > labels.length ? ` and ${before.length - labels.length} older` : '';
  return new HowdahError(
    cliErrors.targetUnreachable,
    `the cluster’s timeline does not come from ${labels.join(', ')}${more}`,
  );
};

const utc = (instant: string): string =>
  formatTarget({ seconds: Math.floor(Date.parse(instant) / 1000), fraction: '' });
