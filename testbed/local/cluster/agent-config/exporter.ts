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
    intervalSeconds: 5,
  });
