/** One kind of object, and where the API server has it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

const resource = (apiVersion: string, kind: string, plural = `${kind.toLowerCase()}s`): Resource => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
});

/** The kinds that the project deals with; each new one that the operator uses needs a rule in its roles as well. */
export const resources = {
  configMap: resource('v1', 'ConfigMap'),
  /** Of the operator itself; only `howdah plan` looks at it. */
  deployment: resource('apps/v1', 'Deployment'),
  event: resource('events.k8s.io/v1', 'Event'),
  lease: resource('coordination.k8s.io/v1', 'Lease'),
  networkPolicy: resource('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  persistentVolumeClaim: resource('v1', 'PersistentVolumeClaim'),
  pod: resource('v1', 'Pod'),
  podDisruptionBudget: resource('policy/v1', 'PodDisruptionBudget'),
  podMonitor: resource('monitoring.coreos.com/v1', 'PodMonitor'),
  postgresAction: resource('howdah.dev/v1alpha1', 'PostgresAction'),
  postgresBackup: resource('howdah.dev/v1alpha1', 'PostgresBackup'),
  postgresCluster: resource('howdah.dev/v1alpha1', 'PostgresCluster'),
  role: resource('rbac.authorization.k8s.io/v1', 'Role'),
  roleBinding: resource('rbac.authorization.k8s.io/v1', 'RoleBinding'),
  secret: resource('v1', 'Secret'),
  service: resource('v1', 'Service'),
  serviceAccount: resource('v1', 'ServiceAccount'),
  statefulSet: resource('apps/v1', 'StatefulSet'),
  storageClass: {
    ...resource('storage.k8s.io/v1', 'StorageClass', 'storageclasses'),
    namespaced: false,
  },
} as const satisfies Readonly<Record<string, Resource>>;

const byKind = new Map(
  Object.values<Resource>(resources).map((each) => [`${each.apiVersion}/${each.kind}`, each]),
);

/** @throws Error for a kind that is not in {@link resources}: a fault of ours. */
export const resourceOf = ({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): Resource => {
  const found = byKind.get(`${apiVersion}/${kind}`);
  if (found === undefined) throw new Error(`${apiVersion} ${kind} is not in shared/kube/resource.ts`);
  return found;
};

/** `/apis/apps/v1/namespaces/<namespace>/statefulsets/<name>/<subresource>`, as far as they are given. */
export const pathOf = (
  { apiVersion, plural, namespaced }: Resource,
  place: { readonly namespace?: string; readonly name?: string; readonly subresource?: string } = {},
): string =>
  [
    apiVersion.includes('/') ? '/apis' : '/api',
    apiVersion,
    ...(namespaced && place.namespace !== undefined ? ['namespaces', place.namespace] : []),
    plural,
    ...(place.name === undefined ? [] : [place.name]),
    ...(place.subresource === undefined ? [] : [place.subresource]),
  ].join('/');
