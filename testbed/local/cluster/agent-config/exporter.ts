import { stringify } from 'yaml';
import type { MemberLayout } from '../layout.ts';

export const renderExporterYaml = (member: MemberLayout): string =>
  stringify({
    postgres: {
      host: member.socketDirectory,
      port: member.ports.postgres,
      user: 'howdah_monitor',
      database: 'postgres',
    },
    patroni: { url: `http://127.0.0.1:${member.ports.patroni}` },
    intervalSeconds: 5,
  });
