import { join } from 'node:path';
import { runAs } from '@howdah/testing/run-as';
import { type ClusterLayout, type MemberLayout, writeOwned } from './layout.ts';

export const stanza = 'demo';

/** One file per member, the same for archive_command and for the backup agent. */
export const renderPgbackrestConf = (layout: ClusterLayout, member: MemberLayout): string => `[global]
repo1-path=${layout.repository}
repo1-retention-full=2
start-fast=y
archive-async=n
compress-type=lz4
process-max=1
lock-path=${join(member.pgbackrestDirectory, 'lock')}
log-path=${join(member.pgbackrestDirectory, 'log')}
spool-path=${join(member.pgbackrestDirectory, 'spool')}
log-level-console=warn
log-level-file=info

[${stanza}]
pg1-path=${member.dataDirectory}
pg1-port=${member.ports.postgres}
pg1-socket-path=${member.socketDirectory}
pg1-user=howdah_backup
`;

export const writePgbackrestConf = (layout: ClusterLayout, member: MemberLayout): Promise<void> =>
  writeOwned(member.pgbackrestConfig, renderPgbackrestConf(layout, member), layout.user, 0o640);

/** Runs pgBackRest as `member` would, e.g. `['info', '--output=json']`; gives its output. */
export const pgbackrest = async (
  layout: ClusterLayout,
  member: MemberLayout,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> => {
  const common = [`--config=${member.pgbackrestConfig}`, `--stanza=${stanza}`];
  const { stdout } = await runAs(layout.user, 'pgbackrest', [...common, ...args], {
    signal,
    timeoutMs: 120_000,
  });
  return stdout;
};
