/** The parts of the own cluster that can be broken and mended. */
export const partNames = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'containerd',
  'coredns',
  's3',
  'azurite',
  'web',
  'opensearch',
  'prometheus',
] as const;
export type PartName = (typeof partNames)[number];

/** The stores and Prometheus: processes on the node's address, reachable from pods. */
export type StoreName = 's3' | 'azurite' | 'web' | 'opensearch' | 'prometheus';
