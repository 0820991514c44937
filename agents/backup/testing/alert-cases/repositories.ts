import { available, checked, cluster, of, reachable, refused, size, steady } from '../alert-series.ts';
import { type AlertCases, agentGone } from './model.ts';

/** The repositories themselves. */
export const repositoriesCases: Readonly<Record<string, AlertCases>> = {
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
};
