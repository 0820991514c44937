import { checked, cluster, configurationWritten, reachable, running, steady } from '../alert-series.ts';
import { type AlertCases, agentGone } from './model.ts';

/** The agents themselves. */
export const agentsCases: Readonly<Record<string, AlertCases>> = {
  HowdahBackupConfigurationUnwritten: {
    firing: {
      series: {
        [configurationWritten()]: '1x6 0x60',
        [configurationWritten('orders-1')]: steady(1),
      },
      at: '2h',
      labels: cluster,
      says: 'On a member of cluster shop/orders (stanza main) pgbackrest.conf is not what backup.yaml and the files with secrets say. What was written before stays in force; after a restart of the pod there may be none, and then neither backups nor archiving work.',
    },
    quiet: {
      'it is written': {
        series: { [configurationWritten()]: steady(1), [configurationWritten('orders-1')]: steady(1) },
        at: '4h',
      },
      'a secret came a moment late': { series: { [configurationWritten()]: '1x6 0 1x60' }, at: '40m' },
    },
    // Somebody else writes it.
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
