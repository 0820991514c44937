import {
  ago,
  cluster,
  day,
  hour,
  lastSuccess,
  of,
  ownCopy,
  reachable,
  running,
  steady,
} from '../alert-series.ts';
import { type AlertCases, agentGone } from './model.ts';

/** What the repositories hold. */
export const backupsCases: Readonly<Record<string, AlertCases>> = {
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
    alsoFiring: {
      'only own copies hold a full': {
        series: {
          [reachable()]: steady(1),
          [ownCopy('1')]: steady(0),
          [ownCopy('2')]: steady(1),
          [ownCopy('2', 'orders-1')]: steady(1),
          [of('last_success_timestamp_seconds', { type: 'full', repo: '2' }, 'orders-1')]: ago(hour),
        },
        at: '2h',
      },
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
      'own copies answer, and nobody knows what the repository of all holds': {
        series: {
          [reachable()]: steady(0),
          [of('repo_reachable', { repo: '2' })]: steady(1),
          [ownCopy('1')]: steady(0),
          [ownCopy('2')]: steady(1),
        },
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
    alsoFiring: {
      'a newer one lies in an own copy alone': {
        series: {
          [lastSuccess('full')]: ago(8 * day),
          [of('last_success_timestamp_seconds', { type: 'full', repo: '2' })]: ago(hour),
          [ownCopy('1')]: steady(0),
          [ownCopy('2')]: steady(1),
        },
        at: '2h',
      },
    },
    quiet: {
      'what is old is an own copy': {
        series: {
          [lastSuccess('full')]: ago(day),
          [of('last_success_timestamp_seconds', { type: 'full', repo: '2' })]: ago(30 * day),
          [ownCopy('1')]: steady(0),
          [ownCopy('2')]: steady(1),
        },
        at: '4h',
      },
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
    alsoFiring: {
      'a newer one lies in an own copy alone': {
        series: {
          [lastSuccess('full')]: ago(26 * hour),
          [of('last_success_timestamp_seconds', { type: 'incr', repo: '2' }, 'orders-1')]: ago(hour),
          [ownCopy('2')]: steady(1),
        },
        at: '2h',
      },
    },
    quiet: {
      'an incr is of today': {
        series: { [lastSuccess('full')]: ago(5 * day), [lastSuccess('incr')]: ago(20 * hour) },
        at: '4h',
      },
    },
    absent: { series: { [reachable()]: steady(1) }, at: '2h', instead: 'HowdahBackupNoFull' },
  },
};
