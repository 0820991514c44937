import { join } from 'node:path';
import { clusterDomain, nodeAddress, nodeName } from '../addresses.ts';
import { containerdSocket } from './containerd.ts';
import { kubeconfigFor } from './kubeconfig-for.ts';
import { kubeStages, type Part } from './part.ts';
import { writeConfig } from './write-config.ts';

/** Where it is mounted in the node's namespace: device plugins and a few others know no other place. */
export const kubeletRoot = '/var/lib/kubelet';

export const kubelet: Part = {
  id: 'kubelet',
  stage: kubeStages.kubelet,
  prepare: async (context) => {
    const { layout, programs, authority } = context;
    const kubeconfig = await kubeconfigFor(context, 'kubelet', `system:node:${nodeName}`, 'system:nodes');
    const resolvConf = await writeConfig(layout, 'resolv.conf', `nameserver ${nodeAddress}\n`);
    const config = await writeConfig(layout, 'kubelet.yaml', {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      address: nodeAddress,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true },
        x509: { clientCAFile: authority.certificate },
      },
      authorization: { mode: 'Webhook' },
      containerRuntimeEndpoint: `unix://${containerdSocket}`,
      cgroupDriver: 'cgroupfs',
      cgroupRoot: layout.cgroup,
      // A machine with cgroup v1 will do.
      failCgroupV1: false,
      failSwapOn: false,
      clusterDNS: [nodeAddress],
      clusterDomain,
      resolvConf,
      // Tests kill a container twenty times; with the usual five minutes the back-off alone takes an hour.
      crashLoopBackOff: { maxContainerRestartPeriod: '1s' },
      // The disk is the developer's: pods are not evicted, nor images removed, because something else fills it.
      evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
      imageGCHighThresholdPercent: 100,
      imageGCLowThresholdPercent: 99,
    });
    return {
      file: join(programs.node, 'kubelet'),
      args: [
        ...[`--config=${config}`, `--kubeconfig=${kubeconfig}`, `--root-dir=${kubeletRoot}`],
        ...[`--hostname-override=${nodeName}`, `--node-ip=${nodeAddress}`],
      ],
      // mount, nsenter and mkfs of the distribution; the plugins of volumes look for them there.
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
    };
  },
  isReady: async ({ api }, signal) => {
    const node = JSON.parse(await api.call('GET', `/api/v1/nodes/${nodeName}`, signal)) as NodeStatus;
    return node.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
  },
  readyWithinMs: 120_000,
};

interface NodeStatus {
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}
