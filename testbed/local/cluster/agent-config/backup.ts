import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ClusterLayout, MemberLayout } from '../layout.ts';
import { stanza } from '../pgbackrest.ts';

/** backup.yaml, of which the agent writes pgbackrest.conf: a nightly full, and an incremental every two minutes so that one can watch it happen. */
export const renderBackupYaml = (layout: ClusterLayout, member: MemberLayout): string =>
  stringify({
    stanza,
    patroni: { url: `http://127.0.0.1:${member.ports.patroni}` },
    postgres: {
      host: member.socketDirectory,
      port: member.ports.postgres,
      user: 'howdah_backup',
      database: 'postgres',
    },
    pgbackrest: {
      render: {
        directory: member.pgbackrestDirectory,
        dataDirectory: member.dataDirectory,
        options: {
          'start-fast': 'y',
          'archive-async': 'n',
          'compress-type': 'lz4',
          'process-max': '1',
          'lock-path': join(member.pgbackrestDirectory, 'lock'),
          'log-path': join(member.pgbackrestDirectory, 'log'),
          'spool-path': join(member.pgbackrestDirectory, 'spool'),
          'log-level-console': 'warn',
          'log-level-file': 'info',
        },
      },
    },
    repositories: [{ repo: 1, volume: { directory: layout.repository }, retention: { full: 2 } }],
    schedules: [
      { id: 'nightly-full', type: 'full', cron: '0 1 * * *', timeZone: 'Europe/Berlin' },
      { id: 'demo-incr', type: 'incr', cron: '*/2 * * * *', timeZone: 'UTC' },
    ],
  });
