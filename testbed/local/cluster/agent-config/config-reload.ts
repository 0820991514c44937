import { join } from 'node:path';
import { stringify } from 'yaml';
import type { MemberLayout } from '../layout.ts';
import { patroniUser } from '../patroni-config.ts';

export const patroniPasswordFile = (member: MemberLayout): string =>
  join(member.secretsDirectory, 'patroni', 'password');

export const renderConfigReloadYaml = (member: MemberLayout): string =>
  stringify({
    patroni: {
      url: `http://127.0.0.1:${member.ports.patroni}`,
      username: patroniUser,
      passwordFile: patroniPasswordFile(member),
    },
    postgres: {
      host: member.socketDirectory,
      port: member.ports.postgres,
      user: 'howdah_config',
      database: 'postgres',
    },
  });
