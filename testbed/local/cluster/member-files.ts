import { basename, dirname } from 'node:path';
import { renderAuditUploadYaml, storeKeyFile } from './agent-config/audit-upload.ts';
import { renderBackupYaml } from './agent-config/backup.ts';
import { patroniPasswordFile, renderConfigReloadYaml } from './agent-config/config-reload.ts';
import { renderExporterYaml } from './agent-config/exporter.ts';
import { renderLogshipYaml } from './agent-config/logship.ts';
import { emulatorAccount } from './azurite.ts';
import type { ClusterLayout, MemberLayout, Passwords } from './layout.ts';
import { writeMountedDirectory } from './mounted-directory.ts';
import { renderPgauditConf, renderPgHba, renderPostgresqlConf, writeAppliedFiles } from './postgres-files.ts';

/**
 * Everything in a member's configuration directory. The agents' files and PostgreSQL's are one ConfigMap
 * here, so `HOWDAH_CONFIG_DIR` and `HOWDAH_POSTGRES_SOURCE_DIR` are the same directory.
 */
export const renderMemberConfig = (layout: ClusterLayout, member: MemberLayout): Record<string, string> => ({
  'audit-upload.yaml': renderAuditUploadYaml(layout, member),
  'backup.yaml': renderBackupYaml(layout, member),
  'config-reload.yaml': renderConfigReloadYaml(member),
  'exporter.yaml': renderExporterYaml(member),
  'logship.yaml': renderLogshipYaml(member),
  'pg_hba.conf': renderPgHba(),
  'pgaudit.conf': renderPgauditConf(),
  'postgresql.conf': renderPostgresqlConf(),
});

/** Writes what kubelet and the postgres container's start would have written for one member. */
export const writeMemberFiles = async (
  layout: ClusterLayout,
  member: MemberLayout,
  passwords: Passwords,
): Promise<void> => {
  await writeMountedDirectory(member.configDirectory, renderMemberConfig(layout, member));
  await writeSecret(layout, patroniPasswordFile(member), passwords.patroniRest);
  await writeSecret(layout, storeKeyFile(member), emulatorAccount(layout.ports.azurite).key);
  await writeAppliedFiles(layout, member, [renderPostgresqlConf(), renderPgauditConf()]);
};

/** One key of a mounted Secret, whose files only the agents' user may read. */
const writeSecret = ({ user }: ClusterLayout, path: string, secret: string): Promise<void> =>
  writeMountedDirectory(dirname(path), { [basename(path)]: secret }, 0o600, user);
