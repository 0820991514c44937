import {
  ago,
  available,
  checked,
  cluster,
  day,
  hour,
  lastSuccess,
  of,
  ofServer,
  overdue,
  reachable,
  refused,
  running,
  runs,
  selector,
  server,
  size,
  standbyLeader,
  steady,
  verifyOverdue,
  verifyValid,
} from './alert-series.ts';

/** What Prometheus has, and what is to follow of it for one alert. */
export interface AlertCase {
  /** Series and their values, one each five minutes, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  readonly at: string;
}

export interface AlertCases {
  /** Fires exactly once, whatever the number of members. */
  readonly firing: AlertCase & {
    readonly labels: Readonly<Record<string, string>>;
    /** The alert's description as a person reads it. */
    readonly says: string;
  };
  readonly quiet: Readonly<Record<string, AlertCase>>;
  /** The alert's own series are not there: it says nothing, and `instead` does, where somebody has to know. */
  readonly absent: AlertCase & { readonly instead: string | undefined };
}

const agentGone = { series: {}, at: '2h', instead: 'HowdahBackupAbsent' } as const;

export const alertCases: Readonly<Record<string, AlertCases>> = {
  HowdahBackupNoFull: {
    firing: {
      series: {
        [reachable()]: steady(1),
        [reachable('orders-1')]: steady(1),
        [lastSuccess('incr')]: ago(hour),
      },
      at: '2h',
      labels: cluster,
      says: 'No repository of cluster shop/orders (stanza main) that answers holds a full backup: the cluster cannot be restored.',
    },
    quiet: {
      'one member sees a full': {
        series: {
          [reachable()]: steady(1),
          [reachable('orders-1')]: steady(1),
          [lastSuccess('full')]: ago(hour),
        },
        at: '4h',
      },
      'the first full is being taken, for hours': {
        series: { [reachable()]: steady(1), [running()]: steady(1), [running('orders-1')]: steady(0) },
        at: '4h',
      },
      'nobody knows what the repository holds': { series: { [reachable()]: steady(0) }, at: '4h' },
    },
    absent: agentGone,
  },
  HowdahBackupFullTooOld: {
    firing: {
      series: {
        [lastSuccess('full')]: ago(8 * day),
        [lastSuccess('full', 'orders-1')]: ago(8 * day),
        [lastSuccess('incr')]: ago(hour),
      },
      at: '2h',
      labels: cluster,
      says: 'The newest full backup of cluster shop/orders (stanza main) ended 8d 2h 0m 0s ago.',
    },
    quiet: {
      'it is seven days old': { series: { [lastSuccess('full')]: ago(7 * day) }, at: '4h' },
      'another repository has a newer one': {
        series: {
          [lastSuccess('full')]: ago(30 * day),
          [of('last_success_timestamp_seconds', { type: 'full', repo: '2' })]: ago(day),
        },
        at: '4h',
      },
    },
    absent: {
      series: { [reachable()]: steady(1), [lastSuccess('incr')]: ago(hour) },
      at: '2h',
      instead: 'HowdahBackupNoFull',
    },
  },
  HowdahBackupTooOld: {
    firing: {
      series: { [lastSuccess('full')]: ago(2 * day), [lastSuccess('incr', 'orders-1')]: ago(26 * hour) },
      at: '2h',
      labels: cluster,
      says: 'The newest backup of cluster shop/orders (stanza main) ended 1d 4h 0m 0s ago.',
    },
    quiet: {
      'an incr is of today': {
        series: { [lastSuccess('full')]: ago(5 * day), [lastSuccess('incr')]: ago(20 * hour) },
        at: '4h',
      },
    },
    absent: { series: { [reachable()]: steady(1) }, at: '2h', instead: 'HowdahBackupNoFull' },
  },
  HowdahBackupRunMissed: {
    firing: {
      series: {
        [overdue()]: '0x6 300+300x60',
        [overdue('orders-1')]: '0x6 300+300x60',
        [running()]: steady(0),
      },
      at: '2h',
      labels: { ...cluster, schedule: 'nightly', repo: '1' },
      says: 'The backup of schedule nightly in repository 1 of cluster shop/orders (stanza main) was due 1h 30m 0s ago, and the repository does not have it.',
    },
    quiet: {
      'it has what is due': { series: { [overdue()]: steady(0) }, at: '4h' },
      'it was due half an hour ago': { series: { [overdue()]: steady(hour / 2) }, at: '4h' },
      'it is being taken, for hours': {
        series: { [overdue()]: '0+300x144', [running()]: steady(1), [running('orders-1')]: steady(0) },
        at: '4h',
      },
    },
    absent: {
      series: { [reachable()]: steady(0), [checked()]: '0+300x144', [running()]: steady(0) },
      at: '2h',
      instead: 'HowdahBackupRepositoryUnreachable',
    },
  },
  HowdahBackupRunFailing: {
    firing: {
      series: {
        [runs('full', 'failed')]: '0x6 1x6 2x6 3x60',
        [runs('full', 'done')]: steady(7),
        [runs('incr', 'done')]: '0x6 1x60',
        [runs('full', 'failed', 'orders-1')]: steady(0),
      },
      at: '2h',
      labels: { ...server, type: 'full' },
      says: 'In cluster shop/orders 3 full backups failed within two hours, and none of that type was taken.',
    },
    quiet: {
      'it failed once': { series: { [runs('full', 'failed')]: '0x6 1x60' }, at: '2h' },
      'another member has taken it since': {
        series: {
          [runs('full', 'failed')]: '0x6 1x6 2x6 3x60',
          [runs('full', 'done', 'orders-1')]: '0x22 1x60',
        },
        at: '2h',
      },
      'it failed this morning': { series: { [runs('full', 'failed')]: '0x6 1x6 2x6 3x90' }, at: '6h' },
    },
    absent: agentGone,
  },
  HowdahBackupArchiveFailing: {
    firing: {
      series: {
        [ofServer('pg_stat_archiver_failed_count', { server: 'a:5432' })]: '0+15x144',
        [ofServer('pg_stat_archiver_archived_count', { server: 'a:5432' })]: steady(100),
        [ofServer('pg_stat_archiver_failed_count', { server: 'b:5432' }, 'orders-1')]: steady(0),
      },
      at: '1h',
      labels: server,
      says: 'PostgreSQL of cluster shop/orders tries to archive WAL, and every try fails: pg_wal grows until its volume is full, and then the primary stops.',
    },
    quiet: {
      'a try failed, and the next did not': {
        series: {
          [ofServer('pg_stat_archiver_failed_count')]: '0+1x144',
          [ofServer('pg_stat_archiver_archived_count')]: '0+3x144',
        },
        at: '4h',
      },
      'a quiet server has nothing to archive': {
        series: {
          [ofServer('pg_stat_archiver_failed_count')]: steady(12),
          [ofServer('pg_stat_archiver_archived_count')]: steady(100),
        },
        at: '4h',
      },
    },
    absent: {
      series: {
        [of('wal_at_risk_bytes')]: '0+1e8x144',
        [of('wal_at_risk_seconds')]: '0+300x144',
      },
      at: '1h',
      instead: 'HowdahBackupArchiveLag',
    },
  },
  HowdahBackupArchiveLag: {
    firing: {
      series: { [of('wal_at_risk_bytes')]: steady(64 * 1024 ** 2), [of('wal_at_risk_seconds')]: '0+300x144' },
      at: '1h',
      labels: cluster,
      says: '64MiB of WAL of cluster shop/orders (stanza main) are not archived, and would be lost with the primary’s disk.',
    },
    quiet: {
      'less than a segment waits on a quiet server': {
        series: { [of('wal_at_risk_bytes')]: steady(1_000_000), [of('wal_at_risk_seconds')]: '0+300x144' },
        at: '4h',
      },
      'a busy server is half a minute behind': {
        series: { [of('wal_at_risk_bytes')]: steady(5e8), [of('wal_at_risk_seconds')]: steady(30) },
        at: '4h',
      },
    },
    absent: {
      series: { [standbyLeader()]: steady(0), [standbyLeader('orders-1')]: steady(0) },
      at: '1h',
      instead: 'HowdahBackupArchiveUnknown',
    },
  },
  HowdahBackupArchiveUnknown: {
    firing: {
      series: {
        [standbyLeader()]: steady(0),
        [standbyLeader('orders-1')]: steady(0),
        [of('wal_at_risk_bytes')]: '0x12 stale',
      },
      at: '2h',
      labels: cluster,
      says: 'No member of cluster shop/orders (stanza main) is a primary whose archive is known: none is primary, the primary’s agent does not run, or it cannot ask PostgreSQL.',
    },
    quiet: {
      'a switchover: another member tells it': {
        series: {
          [standbyLeader()]: steady(0),
          [standbyLeader('orders-1')]: steady(0),
          [of('wal_at_risk_bytes')]: '0x11 stale',
          [of('wal_at_risk_bytes', {}, 'orders-1')]: '_x13 0x144',
        },
        at: '4h',
      },
      'a standby cluster, which archives elsewhere': {
        series: { [standbyLeader()]: steady(1), [standbyLeader('orders-1')]: steady(0) },
        at: '4h',
      },
    },
    absent: agentGone,
  },
  HowdahBackupRepositoryUnreachable: {
    firing: {
      series: {
        [reachable()]: '1x6 0x60',
        [reachable('orders-1')]: steady(1),
        [checked()]: '0+300x144',
        [checked('orders-1')]: '0+300x144',
      },
      at: '1h',
      labels: { ...cluster, repo: '1' },
      says: 'A member of cluster shop/orders (stanza main) does not reach repository 1: neither backups nor WAL get there from it.',
    },
    quiet: {
      'all members reach it': {
        series: {
          [reachable()]: steady(1),
          [reachable('orders-1')]: steady(1),
          [checked()]: '0+300x144',
        },
        at: '4h',
      },
      'it was away for a moment': {
        series: { [reachable()]: '1x6 0 1x60', [checked()]: '0+300x144' },
        at: '35m',
      },
    },
    absent: agentGone,
  },
  HowdahBackupRepositoryRefused: {
    firing: {
      series: { [refused()]: steady(1), [refused('orders-1')]: steady(0) },
      at: '1h',
      labels: { ...cluster, repo: '1' },
      says: 'A member of cluster shop/orders (stanza main) writes nothing to repository 1: its stanza is of another cluster, or its volume is not mounted or seen by one member only.',
    },
    quiet: {
      'it is this cluster’s': { series: { [refused()]: steady(0) }, at: '4h' },
      'it was refused for a moment': { series: { [refused()]: '0x6 1 0x60' }, at: '35m' },
    },
    absent: agentGone,
  },
  HowdahBackupRepositoryFilling: {
    firing: {
      series: { [available]: steady(5e9), [size]: steady(1e11) },
      at: '2h',
      labels: { ...cluster, repo: '1' },
      says: '5% of the volume of repository 1 of cluster shop/orders (stanza main) are free; when nothing is, backups and archiving fail.',
    },
    quiet: {
      'there is room': { series: { [available]: steady(5e10), [size]: steady(1e11) }, at: '4h' },
      'it fills slowly': { series: { [available]: '4e10-1e6x144', [size]: steady(1e11) }, at: '8h' },
    },
    // A store without a volume tells no room.
    absent: { series: { [reachable()]: steady(1), [checked()]: '0+300x144' }, at: '30m', instead: undefined },
  },
  HowdahBackupRetentionUnset: {
    firing: {
      series: {
        [of('repo_retention_set', { repo: '1' })]: steady(1),
        [of('repo_retention_set', { repo: '2' })]: steady(0),
        [of('repo_retention_set', { repo: '2' }, 'orders-1')]: steady(0),
      },
      at: '2h',
      labels: { ...cluster, repo: '2' },
      says: 'pgbackrest.conf sets no repo2-retention-full for cluster shop/orders (stanza main): no backup and no WAL ever goes, until the store is full or dear.',
    },
    quiet: { 'it is set': { series: { [of('repo_retention_set', { repo: '1' })]: steady(1) }, at: '4h' } },
    // Where pgbackrest.conf is not known, nothing is said of it.
    absent: { series: { [reachable()]: steady(1), [checked()]: '0+300x144' }, at: '30m', instead: undefined },
  },
  HowdahBackupVerifyFailed: {
    firing: {
      series: {
        [verifyValid()]: '1x6 0x140',
        // It read what was found a little later.
        [verifyValid('orders-1')]: '1x7 0x139',
      },
      at: '2h',
      labels: { ...cluster, repo: '1' },
      says: 'The last verify of repository 1 of cluster shop/orders (stanza main) found files missing or damaged: a restore from it may fail.',
    },
    quiet: {
      'the last verify found it sound': {
        series: { [verifyValid()]: '0x6 1x140', [verifyValid('orders-1')]: '0x6 1x140' },
        at: '2h',
      },
    },
    // Where none is scheduled, or none has come to a verdict yet, nobody can say.
    absent: { series: { [reachable()]: steady(1), [checked()]: '0+300x144' }, at: '30m', instead: undefined },
  },
  HowdahBackupVerifyTooOld: {
    firing: {
      series: { [verifyOverdue()]: steady(100_000), [verifyOverdue('orders-1')]: steady(100_000) },
      at: '2h',
      labels: { ...cluster, repo: '1' },
      says: 'A verify of repository 1 of cluster shop/orders (stanza main) was due 1d 3h 46m 40s ago, and none has come to a verdict since: whether its backups are sound is not known.',
    },
    quiet: {
      'what was due is done': { series: { [verifyOverdue()]: steady(0) }, at: '4h' },
      'it goes on for hours, or makes room for backups': {
        series: { [verifyOverdue()]: '0+300x144' },
        at: '11h',
      },
    },
    // Nobody asked for verifies.
    absent: { series: { [reachable()]: steady(1), [checked()]: '0+300x144' }, at: '30m', instead: undefined },
  },
  HowdahBackupAbsent: {
    firing: {
      series: {
        [running()]: '0x12 stale',
        [running('orders-1')]: '0x12 stale',
      },
      at: '2h',
      labels: cluster,
      says: 'No member of cluster shop/orders shows the series of its backup agent: whether there are backups is not known, and no other alert on them can fire.',
    },
    quiet: {
      'one member is left': {
        series: { [running()]: '0x12 stale', [running('orders-1')]: steady(0) },
        at: '4h',
      },
    },
    absent: agentGone,
  },
};

/** A volume that is half full and will be full in a day. */
export const fillingFast: AlertCase = {
  series: { [available]: '4.5e10-1e8x400', [size]: '1e11x400' },
  at: '24h',
};
/** No agent was ever heard of. */
export const nothingAtAll: AlertCase = { series: {}, at: '1h' };
/** An agent that still answers, and whose readings have stopped. */
export const notLookedAt: AlertCase = {
  series: { [lastSuccess('full')]: ago(hour), [reachable()]: steady(1), [checked()]: steady(0) },
  at: '1h',
};
/** One cluster falls silent beside another that does not. */
export const silentBesideAnother: AlertCase = {
  series: {
    [running()]: '0x12 stale',
    [selector('howdah_backup_running', { namespace: 'blog', job: 'blog/posts', stanza: 'main' })]: steady(0),
  },
  at: '2h',
};
