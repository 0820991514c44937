import { join } from 'node:path';
import { nodeAddress, storePorts } from '../addresses.ts';
import type { KubeLayout } from '../layout.ts';
import { answers } from '../parts/answers.ts';
import { kubeStages, type Part } from '../parts/part.ts';
import { writeConfig } from '../parts/write-config.ts';
import { annotatedPods, type ScrapeConfig } from './scrape-configs.ts';

/** @param jobs beside the one of annotated pods. */
export const prometheusConfig = (jobs: readonly ScrapeConfig[]) => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [annotatedPods, ...jobs],
});

const configName = 'prometheus.yaml';
/** Read at its start, and again when it is asked to: scrape-by.ts. */
export const prometheusConfigFile = ({ config }: KubeLayout): string => join(config, configName);

export const prometheus: Part = {
  id: 'prometheus',
  stage: kubeStages.observers,
  prepare: async ({ layout }) => {
    const config = await writeConfig(layout, configName, prometheusConfig([]));
    return {
      file: '/usr/bin/prometheus',
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(layout.stores, 'prometheus')}`,
        `--web.listen-address=${nodeAddress}:${storePorts.prometheus}`,
        '--web.enable-lifecycle',
      ],
    };
  },
  isReady: (_context, signal) => answers(`http://${nodeAddress}:${storePorts.prometheus}/-/ready`, signal),
  readyWithinMs: 30_000,
};
