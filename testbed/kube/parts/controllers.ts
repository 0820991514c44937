import { join } from 'node:path';
import { isListening } from '@howdah/testbed-stores/reachable';
import { nodeAddress, nodeName, podRange } from '../addresses.ts';
import { answers } from './answers.ts';
import { tokenKey } from './api-server.ts';
import { kubeconfigFor } from './kubeconfig-for.ts';
import { kubeStages, type NodeContext, type Part } from './part.ts';
import { writeConfig } from './write-config.ts';

export const controllerManager: Part = {
  id: 'kube-controller-manager',
  stage: kubeStages.controllers,
  prepare: async (context) => {
    const { layout, programs, authority } = context;
    const kubeconfig = await kubeconfigFor(context, 'controller-manager', 'system:kube-controller-manager');
    return {
      file: join(programs.node, 'kube-controller-manager'),
      args: [
        `--kubeconfig=${kubeconfig}`,
        `--service-account-private-key-file=${tokenKey(layout.certificates)}`,
        `--root-ca-file=${authority.certificate}`,
        '--use-service-account-credentials',
        '--leader-elect=false',
        '--bind-address=127.0.0.1',
        '--profiling=false',
      ],
    };
  },
  isReady: ({ api }, signal) => hasDefaultAccount(api, signal),
  readyWithinMs: 60_000,
};

/** Its own port wants a login; what it does first is seen in the API: no pod starts without this account. */
const hasDefaultAccount = async (api: NodeContext['api'], signal: AbortSignal): Promise<boolean> => {
  await api.call('GET', '/api/v1/namespaces/default/serviceaccounts/default', signal);
  return true;
};

export const scheduler: Part = {
  id: 'kube-scheduler',
  stage: kubeStages.controllers,
  prepare: async (context) => {
    const kubeconfig = await kubeconfigFor(context, 'scheduler', 'system:kube-scheduler');
    const config = await writeConfig(context.layout, 'scheduler.yaml', {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      clientConnection: { kubeconfig },
      leaderElection: { leaderElect: false },
      enableProfiling: false,
    });
    return {
      file: join(context.programs.node, 'kube-scheduler'),
      args: [`--config=${config}`, '--bind-address=127.0.0.1'],
    };
  },
  isReady: async (_context, signal) => isListening(10_259, signal),
  readyWithinMs: 60_000,
};

export const proxy: Part = {
  id: 'kube-proxy',
  stage: kubeStages.controllers,
  prepare: async (context) => {
    const kubeconfig = await kubeconfigFor(context, 'proxy', 'system:kube-proxy');
    const config = await writeConfig(context.layout, 'proxy.yaml', {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'nftables',
      clientConnection: { kubeconfig },
      clusterCIDR: podRange,
      detectLocalMode: 'ClusterCIDR',
      bindAddress: nodeAddress,
      healthzBindAddress: '127.0.0.1:10256',
      metricsBindAddress: '127.0.0.1:10249',
      hostnameOverride: nodeName,
      // The whole machine's numbers, which cannot be changed from a network namespace and should not be.
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    });
    return { file: join(context.programs.node, 'kube-proxy'), args: [`--config=${config}`] };
  },
  isReady: (_context, signal) => answers('http://127.0.0.1:10256/livez', signal),
  readyWithinMs: 60_000,
};
