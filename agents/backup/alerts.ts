import type { Alert, AlertLimit, AlertScope } from '@howdah/runtime/alert';

const hour = 3_600;
const day = 24 * hour;

export const limits = {
  fullMaxAgeSeconds: {
    fallback: 8 * day,
    description: 'Age of the newest full backup: a week and a day, for a full each week.',
  },
  backupMaxAgeSeconds: {
    fallback: 26 * hour,
    description: 'Age of the newest backup of any type: a day and two hours, for a backup each day.',
  },
  overdueMaxSeconds: {
    fallback: hour,
    description: 'How long a backup may be overdue before its run counts as missed.',
  },
  walAtRiskMaxSeconds: {
    fallback: 900,
    description:
      'Age of the oldest WAL that is not archived, once there is a whole segment (16 MiB) of it; a push takes seconds.',
  },
  walAtRiskMaxBytes: {
    fallback: 1024 ** 3,
    description: 'WAL that is not archived, however old.',
  },
  repoCheckMaxAgeSeconds: {
    fallback: 600,
    description: 'When a repository must have been looked at; above `pgbackrest.infoIntervalSeconds`.',
  },
  repoMinFreeRatio: {
    fallback: 0.1,
    description: 'Part of a repository’s volume that is to stay free.',
  },
  repoFullWithinSeconds: {
    fallback: 3 * day,
    description: 'How far ahead a volume is seen to be full, from how it filled in the last three days.',
  },
  verifyOverdueMaxSeconds: {
    fallback: 26 * hour,
    description: 'How long after its due time a verify must have come to a verdict: a day and two hours.',
  },
} as const satisfies Readonly<Record<string, AlertLimit>>;
export type Limit = keyof typeof limits;

/**
 * What one cluster is to Prometheus. Every member shows what it sees of the repositories, so all are taken
 * together; `job` tells clusters in one namespace apart, whose stanza may have the same name.
 */
const cluster = 'namespace, job, stanza';
/** What the exporter and the counters of runs carry; a stanza they do not. */
const server = 'namespace, job';

const theCluster = 'cluster {{ $labels.job }} (stanza {{ $labels.stanza }})';

/** A backup has been under way for a while; the tries of one that fails are shorter, and mute nothing. */
const longRunning = (running: string) => `max by (${cluster}) (min_over_time(${running}[10m])) == 1`;

type Series = AlertScope<Limit>['series'];

/** Of repositories that all members see: what is in a member's own copy says nothing of whether there is a backup. */
const shared = (series: Series, name: string, ...matchers: readonly string[]) =>
  `(${series(name, ...matchers)} unless on (${cluster}, repo) ${series('howdah_backup_repo_own_copy')} == 1)`;

export const alerts: readonly Alert<Limit>[] = [
  {
    name: 'HowdahBackupNoFull',
    severity: 'critical',
    expr: ({ series }) =>
      [
        `max by (${cluster}) ${shared(series, 'howdah_backup_repo_reachable')} == 1`,
        `unless max by (${cluster}) ${shared(series, 'howdah_backup_last_success_timestamp_seconds', 'type="full"')}`,
        `unless ${longRunning(series('howdah_backup_running'))}`,
      ].join('\n'),
    for: '1h',
    summary: 'There is no full backup.',
    description: `No repository of ${theCluster} that answers holds a full backup: the cluster cannot be restored.`,
    todo: 'Look with `howdah status` why the first backup was not taken.',
  },
  {
    name: 'HowdahBackupFullTooOld',
    severity: 'critical',
    expr: ({ series, limit }) =>
      [
        `time() - max by (${cluster}) ${shared(series, 'howdah_backup_last_success_timestamp_seconds', 'type="full"')}`,
        `> ${limit('fullMaxAgeSeconds')}`,
      ].join('\n'),
    for: '30m',
    summary: 'The newest full backup is too old.',
    description: `The newest full backup of ${theCluster} ended {{ $value | humanizeDuration }} ago.`,
    todo: 'Look with `howdah backup list` what there is, and with `howdah status` why no newer one came.',
  },
  {
    name: 'HowdahBackupTooOld',
    severity: 'critical',
    expr: ({ series, limit }) =>
      [
        `time() - max by (${cluster}) ${shared(series, 'howdah_backup_last_success_timestamp_seconds')}`,
        `> ${limit('backupMaxAgeSeconds')}`,
      ].join('\n'),
    for: '30m',
    summary: 'The newest backup of any type is too old.',
    description: `The newest backup of ${theCluster} ended {{ $value | humanizeDuration }} ago.`,
    todo: 'Look with `howdah status` whether a run fails or nobody is primary.',
  },
  {
    name: 'HowdahBackupRunMissed',
    severity: 'warning',
    expr: ({ series, limit }) =>
      [
        `max by (${cluster}, schedule, repo) (${series('howdah_backup_overdue_seconds')}) > ${limit('overdueMaxSeconds')}`,
        `unless on (${cluster}) ${longRunning(series('howdah_backup_running'))}`,
      ].join('\n'),
    for: '10m',
    summary: 'A scheduled backup was not taken.',
    description: `The backup of schedule {{ $labels.schedule }} in repository {{ $labels.repo }} of ${theCluster} was due {{ $value | humanizeDuration }} ago, and the repository does not have it.`,
    todo: 'Look with `howdah status` why the primary does not take it.',
  },
  {
    name: 'HowdahBackupRunFailing',
    severity: 'warning',
    expr: ({ series }) => {
      const ended = (outcome: string) =>
        `sum by (${server}, type) (round(increase(${series('howdah_backup_runs_total', `outcome="${outcome}"`)}[2h])))`;
      return [`${ended('failed')} >= 2`, `unless ${ended('done')} > 0`].join('\n');
    },
    for: '5m',
    summary: 'Backups fail again and again.',
    description:
      'In cluster {{ $labels.job }} {{ $value }} {{ $labels.type }} backups failed within two hours, and none of that type was taken.',
    todo: 'The reason stands in `howdah status` and in the log of the primary’s backup agent.',
  },
  {
    name: 'HowdahBackupHookFailed',
    severity: 'warning',
    expr: ({ series }) =>
      `sum by (${server}, when) (round(increase(${series('howdah_backup_hook_failures_total')}[2h]))) > 0`,
    for: '5m',
    summary: 'A hook of the backups failed.',
    description:
      'In cluster {{ $labels.job }} hooks {{ $labels.when }} a backup failed {{ $value }} times within two hours: before it, they keep it from being taken, and after it, what they were to do was not done.',
    todo: 'Look in the log of the primary’s backup agent for `hook`: the program’s own words stand there.',
  },
  {
    name: 'HowdahBackupConfigurationUnwritten',
    severity: 'warning',
    expr: ({ series }) => `min by (${cluster}) (${series('howdah_backup_configuration_written')}) == 0`,
    for: '10m',
    summary: 'pgbackrest.conf cannot be written.',
    description: `On a member of ${theCluster} pgbackrest.conf is not what backup.yaml and the files with secrets say. What was written before stays in force; after a restart of the pod there may be none, and then neither backups nor archiving work.`,
    todo: 'Why stands in `howdah status` and in `/readyz` of that member.',
  },
  {
    name: 'HowdahBackupArchiveFailing',
    severity: 'critical',
    expr: ({ series }) => {
      const grew = (name: string) => `sum by (${server}) (increase(${series(name)}[10m]))`;
      return [
        `${grew('pg_stat_archiver_failed_count')} > 0`,
        `unless ${grew('pg_stat_archiver_archived_count')} > 0`,
      ].join('\n');
    },
    for: '10m',
    summary: 'WAL archiving fails.',
    description:
      'PostgreSQL of cluster {{ $labels.job }} tries to archive WAL, and every try fails: pg_wal grows until its volume is full, and then the primary stops.',
    todo: 'Run `pgbackrest --stanza=<stanza> check` on the primary; it says what is wrong.',
  },
  {
    name: 'HowdahBackupArchiveLag',
    severity: 'critical',
    expr: ({ series, limit }) => {
      const bytes = `max by (${cluster}) (${series('howdah_backup_wal_at_risk_bytes')})`;
      const seconds = `max by (${cluster}) (${series('howdah_backup_wal_at_risk_seconds')})`;
      return [
        `${bytes} > ${limit('walAtRiskMaxBytes')}`,
        `or (${bytes} >= 16777216 and ${seconds} > ${limit('walAtRiskMaxSeconds')})`,
      ].join('\n');
    },
    for: '5m',
    summary: 'The WAL archive is behind.',
    description: `{{ $value | humanize1024 }}B of WAL of ${theCluster} are not archived, and would be lost with the primary’s disk.`,
    todo: 'Look with `howdah status` whether archiving fails or is too slow, and how much room pg_wal has.',
  },
  {
    name: 'HowdahBackupArchiveUnknown',
    severity: 'warning',
    expr: ({ series }) =>
      [
        `max by (${cluster}) (${series('howdah_backup_role', 'role="standby_leader"')}) == 0`,
        `unless max by (${cluster}) (${series('howdah_backup_wal_at_risk_bytes')})`,
      ].join('\n'),
    for: '15m',
    summary: 'Nobody says how far the WAL archive is, and nobody takes backups.',
    description: `No member of ${theCluster} is a primary whose archive is known: none is primary, the primary’s agent does not run, or it cannot ask PostgreSQL.`,
    todo: 'Look with `howdah status` and `patronictl list` who is primary, and what its agent waits for.',
  },
  {
    name: 'HowdahBackupRepositoryUnreachable',
    severity: 'critical',
    expr: ({ series, limit }) =>
      [
        `min by (${cluster}, repo) (${series('howdah_backup_repo_reachable')}) == 0`,
        `or time() - min by (${cluster}, repo) (${series('howdah_backup_repo_checked_timestamp_seconds')}) > ${limit('repoCheckMaxAgeSeconds')}`,
      ].join('\n'),
    for: '5m',
    summary: 'A backup repository does not answer.',
    description: `A member of ${theCluster} does not reach repository {{ $labels.repo }}: neither backups nor WAL get there from it.`,
    todo: 'The store’s own words stand in `howdah status`.',
  },
  {
    name: 'HowdahBackupRepositoryRefused',
    severity: 'critical',
    expr: ({ series }) => `max by (${cluster}, repo) (${series('howdah_backup_repo_refused')}) == 1`,
    for: '5m',
    summary: 'A backup repository is not this cluster’s, or not its own volume.',
    description: `A member of ${theCluster} writes nothing to repository {{ $labels.repo }}: its stanza is of another cluster, or its volume is not mounted or seen by one member only.`,
    todo: 'Why stands in `howdah status`, with both system identifiers where it is another cluster’s.',
  },
  {
    name: 'HowdahBackupRepositoryFilling',
    severity: 'warning',
    expr: ({ series, limit }) => {
      const available = series('howdah_backup_repo_volume_available_bytes');
      const free = `min by (${cluster}, repo) (${available} / ${series('howdah_backup_repo_volume_size_bytes')})`;
      return [
        `${free} < ${limit('repoMinFreeRatio')}`,
        // Half is left to each night's sawtooth of backup and expiration.
        `or (${free} < 0.5 and min by (${cluster}, repo) (predict_linear(${available}[3d], ${limit('repoFullWithinSeconds')})) < 0)`,
      ].join('\n');
    },
    for: '30m',
    summary: 'The volume of a backup repository fills up.',
    description: `{{ $value | humanizePercentage }} of the volume of repository {{ $labels.repo }} of ${theCluster} are free; when nothing is, backups and archiving fail.`,
    todo: 'Look at the retention and at what else lies on that volume, before it is full.',
  },
  {
    name: 'HowdahBackupRetentionUnset',
    severity: 'warning',
    expr: ({ series }) => `min by (${cluster}, repo) (${series('howdah_backup_repo_retention_set')}) == 0`,
    for: '1h',
    summary: 'A backup repository keeps every backup for ever.',
    description: `pgbackrest.conf sets no repo{{ $labels.repo }}-retention-full for ${theCluster}: no backup and no WAL ever goes, until the store is full or dear.`,
    todo: 'Set it; the largest value, 9999999, says that for ever is meant.',
  },
  {
    name: 'HowdahBackupVerifyFailed',
    severity: 'critical',
    expr: ({ series }) => `min by (${cluster}, repo) (${series('howdah_backup_verify_last_valid')}) == 0`,
    for: '5m',
    summary: 'A backup repository is damaged.',
    description: `The last verify of repository {{ $labels.repo }} of ${theCluster} found files missing or damaged: a restore from it may fail.`,
    todo: 'Look with `howdah backup verify` what it found, and take a full backup into a sound repository.',
  },
  {
    name: 'HowdahBackupVerifyTooOld',
    severity: 'warning',
    expr: ({ series, limit }) =>
      `max by (${cluster}, repo) (${series('howdah_backup_verify_overdue_seconds')}) > ${limit('verifyOverdueMaxSeconds')}`,
    for: '10m',
    summary: 'A backup repository is not verified any more.',
    description: `A verify of repository {{ $labels.repo }} of ${theCluster} was due {{ $value | humanizeDuration }} ago, and none has come to a verdict since: whether its backups are sound is not known.`,
    todo: 'Look with `howdah backup verify` what the last try came to.',
  },
  {
    name: 'HowdahBackupAbsent',
    severity: 'critical',
    expr: ({ series }) => {
      const running = series('howdah_backup_running');
      return [
        `(group by (${cluster}) (present_over_time(${running}[1d]))`,
        `unless group by (${cluster}) (${running}))`,
        // One word is enough: where a cluster is named, that none is named says no more.
        `or on () absent(${running})`,
      ].join('\n');
    },
    for: '15m',
    summary: 'Nothing is heard of the backup agents.',
    description:
      'No member of {{ with $labels.job }}cluster {{ . }}{{ else }}any cluster{{ end }} shows the series of its backup agent: whether there are backups is not known, and no other alert on them can fire.',
    todo: 'Look whether the pods run, whether Prometheus scrapes them, and what `/readyz` says of the agent.',
  },
];
