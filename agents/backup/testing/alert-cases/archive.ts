import { cluster, of, ofServer, server, standbyLeader, steady } from '../alert-series.ts';
import { type AlertCases, agentGone } from './model.ts';

/** How WAL leaves. */
export const archiveCases: Readonly<Record<string, AlertCases>> = {
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
};
