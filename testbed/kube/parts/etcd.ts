import { join } from 'node:path';
import { etcdUrl } from '../addresses.ts';
import { answers } from './answers.ts';
import { kubeStages, type Part } from './part.ts';

/** The memory of the cluster; gone with it, so it need not sync. */
export const etcd: Part = {
  id: 'etcd',
  stage: kubeStages.memory,
  prepare: async ({ layout, programs }) => {
    const peer = 'http://127.0.0.1:2380';
    return {
      file: join(programs.node, 'etcd'),
      args: [
        ...['--name', 'howdah', '--data-dir', layout.etcd],
        ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', `howdah=${peer}`, '--unsafe-no-fsync', '--log-level', 'warn'],
        // A disk that is busy for a second is no reason to lose the leader.
        ...['--heartbeat-interval', '250', '--election-timeout', '2500'],
      ],
    };
  },
  isReady: (_context, signal) => answers(`${etcdUrl}/health`, signal),
  readyWithinMs: 30_000,
};
