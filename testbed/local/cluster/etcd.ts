import { join } from 'node:path';
import { getText } from '@howdah/testbed-tools/http';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { type ClusterLayout, makeOwned } from './layout.ts';

/** One etcd, where Patroni's members agree on who is primary; gone with the run, so it need not sync. */
export const startEtcd = async (
  supervisor: Supervisor,
  layout: ClusterLayout,
  signal: AbortSignal,
): Promise<Managed> => {
  const data = join(layout.runDirectory, 'etcd');
  await makeOwned(data, layout.user, 0o700);
  const client = `http://127.0.0.1:${layout.ports.etcdClient}`;
  const peer = `http://127.0.0.1:${layout.ports.etcdPeer}`;
  const etcd = await supervisor.start({
    id: 'etcd',
    stage: stopStages.consensus,
    user: layout.user,
    file: 'etcd',
    args: [
      ...['--name', 'etcd', '--data-dir', data],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `etcd=${peer}`],
      '--unsafe-no-fsync',
      // A shared disk that is busy for a second is no reason to lose the leader.
      ...['--heartbeat-interval', '250', '--election-timeout', '2500'],
    ],
    logFile: join(layout.logs, 'etcd.log'),
  });
  await waitFor('etcd to be healthy', async (s) => (await getText(`${client}/health`, s)).includes('true'), {
    deadlineMs: 20_000,
    signal,
    alive: () => etcd.running,
    explain: () => etcd.logTail(),
  });
  return etcd;
};
