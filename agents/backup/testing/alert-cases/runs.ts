import {
  checked,
  cluster,
  hookFailures,
  hour,
  overdue,
  reachable,
  running,
  runs,
  server,
  steady,
} from '../alert-series.ts';
import { type AlertCases, agentGone } from './model.ts';

/** How backups go. */
export const runsCases: Readonly<Record<string, AlertCases>> = {
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
  HowdahBackupHookFailed: {
    firing: {
      series: {
        [hookFailures('after')]: '0x6 1x6 2x60',
        [hookFailures('before')]: steady(4),
        [hookFailures('after', 'orders-1')]: steady(0),
      },
      at: '2h',
      labels: { ...server, when: 'after' },
      says: 'In cluster shop/orders hooks after a backup failed 2 times within two hours: before it, they keep it from being taken, and after it, what they were to do was not done.',
    },
    quiet: {
      'none has failed': {
        series: { [hookFailures('before')]: steady(0), [hookFailures('after')]: steady(0) },
        at: '4h',
      },
      'one failed this morning': { series: { [hookFailures('before')]: '0x6 1x90' }, at: '6h' },
    },
    absent: agentGone,
  },
};
