import type { KubeCluster } from './kube-cluster.ts';

/** What a person wants to know of a running cluster, in a few lines. */
export const describeStatus = async (cluster: KubeCluster, signal: AbortSignal): Promise<string> => {
  const [nodes, pods] = await Promise.all([
    cluster.kubectl(['get', 'nodes', '-o', 'wide', '--no-headers'], signal),
    cluster.kubectl(['get', 'pods', '--all-namespaces', '-o', 'wide'], signal),
  ]);
  return [
    `cluster     ${cluster.origin}`,
    `kubeconfig  ${cluster.kubeconfig}`,
    ...(cluster.nodeAddress === '' ? [] : [`this machine, as pods see it  ${cluster.nodeAddress}`]),
    ...nodes
      .trim()
      .split('\n')
      .map((line) => `node        ${line}`),
    '',
    pods,
  ].join('\n');
};
