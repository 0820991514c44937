import { join } from 'node:path';
import { nodeAddress, storePorts, targetsPort } from '../addresses.ts';
import { answers } from '../parts/answers.ts';
import { kubeStages, type Part } from '../parts/part.ts';
import { writeConfig } from '../parts/write-config.ts';

const prometheusConfig = {
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [
    {
      job_name: 'pods',
      http_sd_configs: [{ url: `http://127.0.0.1:${targetsPort}/`, refresh_interval: '1s' }],
    },
  ],
};

/** Scrapes what targets.ts says, each second. */
export const prometheus: Part = {
  id: 'prometheus',
  stage: kubeStages.observers,
  prepare: async ({ layout }) => {
    const config = await writeConfig(layout, 'prometheus.yaml', prometheusConfig);
    return {
      file: '/usr/bin/prometheus',
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(layout.stores, 'prometheus')}`,
        `--web.listen-address=${nodeAddress}:${storePorts.prometheus}`,
      ],
    };
  },
  isReady: (_context, signal) => answers(`http://${nodeAddress}:${storePorts.prometheus}/-/ready`, signal),
  readyWithinMs: 30_000,
};
