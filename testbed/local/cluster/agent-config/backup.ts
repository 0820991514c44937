import { stringify } from 'yaml';
import type { ClusterLayout, MemberLayout } from '../layout.ts';
import { stanza } from '../pgbackrest.ts';

/** backup.yaml: a nightly full, and an incremental every two minutes so that one can watch it happen. */
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
    pgbackrest: { configFile: member.pgbackrestConfig },
    repositories: [{ repo: 1, volume: { directory: layout.repository } }],
    schedules: [
      { id: 'nightly-full', type: 'full', cron: '0 1 * * *', timeZone: 'Europe/Berlin' },
      { id: 'demo-incr', type: 'incr', cron: '*/2 * * * *', timeZone: 'UTC' },
    ],
  });
