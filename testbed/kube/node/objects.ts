import { stringify } from 'yaml';
import { localClass, provisionerName, sizedClass } from '../storage/classes.ts';

const reader = (user: string, resources: Readonly<Record<string, readonly string[]>>) => {
  const name = `howdah:${user}`;
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: Object.entries(resources).map(([group, kinds]) => ({
        apiGroups: [group],
        resources: kinds,
        verbs: ['get', 'list', 'watch'],
      })),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
    },
  ];
};

const storageClass = (name: string, isDefault: boolean) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': String(isDefault) } },
  provisioner: provisionerName,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
});

/** What a cluster comes with beside what Kubernetes makes itself. */
export const firstObjects = (): string =>
  [
    ...reader('coredns', {
      '': ['endpoints', 'services', 'pods', 'namespaces'],
      'discovery.k8s.io': ['endpointslices'],
    }),
    storageClass(localClass, true),
    storageClass(sizedClass, false),
  ]
    .map((object) => stringify(object))
    .join('---\n');
