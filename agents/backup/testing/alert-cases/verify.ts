import { checked, cluster, reachable, steady, verifyOverdue, verifyValid } from '../alert-series.ts';
import type { AlertCases } from './model.ts';

/** What verifies find. */
export const verifyCases: Readonly<Record<string, AlertCases>> = {
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
};
