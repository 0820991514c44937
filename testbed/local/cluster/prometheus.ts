import { join } from 'node:path';
import { getText } from '@howdah/testbed-tools/http';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { stringify } from 'yaml';
import { type ClusterLayout, makeOwned, writeOwned } from './layout.ts';

/** prometheus.yml: the agents and Patroni of each member, with the member's name as a label. */
export const renderPrometheusConfig = (layout: ClusterLayout): string => {
  const job = (name: string, portOf: (member: ClusterLayout['members'][number]) => number) => ({
    job_name: name,
    static_configs: layout.members.map((member) => ({
      targets: [`127.0.0.1:${portOf(member)}`],
      labels: { member: member.name },
    })),
  });
  return stringify({
    // Short, so that one who watches sees a change arrive.
    global: { scrape_interval: '2s', scrape_timeout: '2s' },
    scrape_configs: [
      job('howdah', (member) => member.ports.agents),
      job('patroni', (member) => member.ports.patroni),
    ],
  });
};

export const startPrometheus = async (
  supervisor: Supervisor,
  layout: ClusterLayout,
  signal: AbortSignal,
): Promise<Managed> => {
  const directory = join(layout.runDirectory, 'prometheus');
  const config = join(directory, 'prometheus.yml');
  await makeOwned(directory, layout.user, 0o755);
  await writeOwned(config, renderPrometheusConfig(layout), layout.user, 0o644);
  const url = `http://127.0.0.1:${layout.ports.prometheus}`;
  const prometheus = await supervisor.start({
    id: 'prometheus',
    stage: stopStages.observers,
    user: layout.user,
    file: 'prometheus',
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--storage.tsdb.retention.time=1d',
      `--web.listen-address=127.0.0.1:${layout.ports.prometheus}`,
    ],
    logFile: join(layout.logs, 'prometheus.log'),
  });
  await waitFor('Prometheus to be ready', (s) => getText(`${url}/-/ready`, s), {
    deadlineMs: 30_000,
    signal,
    alive: () => prometheus.running,
    explain: () => prometheus.logTail(),
  });
  return prometheus;
};
