import { HowdahError } from '@howdah/core/errors';
import type { KubeApi } from '@howdah/kube/api';
import { kubeErrors } from '@howdah/kube/errors';
import type { KubeObject } from '@howdah/kube/object';
import { type Resource, resources } from '@howdah/kube/resource';
import type { Mirror } from '@howdah/kube/watch';
import { clusterLabel } from '@howdah/operator/desire/wanted';
import { clusterKinds, type Mirrors } from '@howdah/operator/mirrors';

/** What the operator keeps by watches, listed once: one cluster with what belongs to it. */
export const readSnapshot = async (
  api: Pick<KubeApi, 'list'>,
  namespace: string,
  cluster: string,
  signal: AbortSignal,
): Promise<Mirrors> => {
  const list = async (resource: Resource, labelSelector?: string): Promise<Mirror> => {
    const selection = {
      ...(resource.namespaced ? { namespace } : {}),
      ...(labelSelector === undefined ? {} : { labelSelector }),
    };
    return still(resource, (await api.list(resource, selection, signal)).items);
  };
  const ofCluster = `${clusterLabel}=${cluster}`;
  const [podMonitors, clusters, actions, backups, storageClasses, ...children] = await Promise.all([
    list(resources.podMonitor, ofCluster).catch(withoutPodMonitors),
    list(resources.postgresCluster),
    list(resources.postgresAction),
    list(resources.postgresBackup),
    list(resources.storageClass),
    ...clusterKinds.map((resource) => list(resource, ofCluster)),
  ]);
  const known = podMonitors === undefined ? children : [...children, podMonitors];
  const byKind = new Map(known.map((mirror) => [mirror.resource.kind, mirror]));
  return {
    ...{ clusters, actions, backups, storageClasses, synced: true },
    hasPodMonitors: podMonitors !== undefined,
    child: ({ kind }, at, name) => byKind.get(kind)?.get(at, name),
    children: ({ kind }) =>
      [...(byKind.get(kind)?.values() ?? [])].toSorted((a, b) =>
        a.metadata.name.localeCompare(b.metadata.name),
      ),
    run: async () => undefined,
  };
};

/**
 * What stands for PodMonitors that were not listed: nothing where this Kubernetes does not know the kind. Who may not
 * list them is taken for somebody who sees none, since the operator, which may, makes them.
 */
const withoutPodMonitors = (error: unknown): Mirror | undefined => {
  const kind = error instanceof HowdahError ? error.kind : undefined;
  if (kind === kubeErrors.absent) return undefined;
  if (kind === kubeErrors.forbidden) return still(resources.podMonitor, []);
  throw error;
};

const still = (resource: Resource, items: readonly KubeObject[]): Mirror => ({
  ...{ resource, synced: true },
  get: (_namespace, name) => items.find(({ metadata }) => metadata.name === name),
  values: () => items,
  run: async () => undefined,
});
