import { type BackupStatus, backupStatus } from '@howdah/status/backup';
import { status } from '@howdah/status/status';
import type { Cluster } from '@howdah/testbed-local/cluster/cluster';
import type { Member } from '@howdah/testbed-local/cluster/member';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { parse, stringify } from 'yaml';

/** Waits until the backup agent of a member says what `look` wants to see. */
export const untilAgent = <T>(
  what: string,
  member: Member,
  signal: AbortSignal,
  look: (now: BackupStatus) => T | undefined,
): Promise<T> =>
  waitFor(
    `${member.name}: ${what}`,
    async () => {
      const { agents } = status.parse(await getJson(`${member.agentUrl}/status`, signal));
      return look(backupStatus.parse(agents.backup?.detail));
    },
    { deadlineMs: 180_000, everyMs: 50, signal, explain: () => member.suite.logTail(20) },
  );

/** Asks all members for one full backup at `at`; the schedules of before stand no more. */
export const requestFull = async (cluster: Cluster, id: string, at: Date): Promise<void> => {
  const request = { id, type: 'full', at: at.toISOString(), attempts: 20 };
  for (const member of cluster.members) {
    const config = parse((await member.config())['backup.yaml'] ?? '');
    await member.changeConfig({
      'backup.yaml': stringify({ ...config, schedules: [], requests: [request] }),
    });
  }
};
