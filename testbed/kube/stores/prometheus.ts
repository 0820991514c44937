import { join } from 'node:path';
import { nodeAddress, storePorts } from '../addresses.ts';
import { answers } from '../parts/answers.ts';
import { kubeconfigFor } from '../parts/kubeconfig-for.ts';
import { kubeStages, type Part } from '../parts/part.ts';
import { writeConfig } from '../parts/write-config.ts';

/** What a PodMonitor would become: the pods that ask for it by annotation, or have a port named `metrics`. */
const prometheusConfig = (kubeconfig: string) => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [
    {
      job_name: 'pods',
      kubernetes_sd_configs: [{ role: 'pod', kubeconfig_file: kubeconfig }],
      relabel_configs: [
        {
          action: 'keep',
          source_labels: [
            '__meta_kubernetes_pod_annotation_prometheus_io_scrape',
            '__meta_kubernetes_pod_container_port_name',
          ],
          regex: 'true;.*|.*;metrics',
        },
        { action: 'drop', source_labels: ['__meta_kubernetes_pod_phase'], regex: 'Failed|Succeeded' },
        {
          source_labels: ['__meta_kubernetes_pod_ip', '__meta_kubernetes_pod_annotation_prometheus_io_port'],
          regex: '(.+);(\\d+)',
          target_label: '__address__',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Prometheus's own placeholders
          replacement: '${1}:${2}',
        },
        {
          source_labels: ['__meta_kubernetes_pod_annotation_prometheus_io_path'],
          regex: '(.+)',
          target_label: '__metrics_path__',
        },
        { source_labels: ['__meta_kubernetes_namespace'], target_label: 'namespace' },
        { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'pod' },
      ],
    },
  ],
});

export const prometheus: Part = {
  id: 'prometheus',
  stage: kubeStages.observers,
  prepare: async (context) => {
    const kubeconfig = await kubeconfigFor(context, 'prometheus', 'howdah:prometheus');
    const config = await writeConfig(context.layout, 'prometheus.yaml', prometheusConfig(kubeconfig));
    return {
      file: '/usr/bin/prometheus',
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(context.layout.stores, 'prometheus')}`,
        `--web.listen-address=${nodeAddress}:${storePorts.prometheus}`,
      ],
    };
  },
  isReady: (_context, signal) => answers(`http://${nodeAddress}:${storePorts.prometheus}/-/ready`, signal),
  readyWithinMs: 30_000,
};
