import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '@howdah/core/clock';
import type { KubeApi } from '@howdah/kube/api';
import type { Connection } from '@howdah/kube/connection';
import { kubeErrors } from '@howdah/kube/errors';
import type { KubeObject } from '@howdah/kube/object';
import { type Resource, resources } from '@howdah/kube/resource';
import { createMirror, type Mirror } from '@howdah/kube/watch';
import { clusterLabel } from './desire/wanted.ts';

/** Kinds that belong to clusters, and carry the label that says to which. */
export const clusterKinds = [
  resources.statefulSet,
  resources.pod,
  resources.service,
  resources.configMap,
  resources.secret,
  resources.serviceAccount,
  resources.role,
  resources.roleBinding,
  resources.podDisruptionBudget,
  resources.networkPolicy,
  resources.persistentVolumeClaim,
] as const;
/** One that only some Kubernetes have, or will have: it is asked for again each half minute. */
const optional = resources.podMonitor;

export interface Mirrors {
  readonly clusters: Mirror;
  readonly actions: Mirror;
  readonly backups: Mirror;
  readonly storageClasses: Mirror;
  /** Whether this Kubernetes has that kind now. */
  readonly hasPodMonitors: boolean;
  child(resource: Resource, namespace: string, name: string): KubeObject | undefined;
  /** All of one kind that belong to one cluster, by name. */
  children(resource: Resource, namespace: string, cluster: string): readonly KubeObject[];
  readonly synced: boolean;
  run(signal: AbortSignal): Promise<void>;
}

export interface MirrorsInput {
  readonly api: KubeApi;
  readonly connection: Connection;
  readonly clock: Clock;
  /** Only this one; all when absent. */
  readonly namespace: string | undefined;
  /** `namespace/name` of the cluster that something has changed about. */
  readonly onChange: (cluster: string) => void;
  readonly onFailure: (resource: Resource, error: unknown, waitMs: number) => void;
}

/** Everything that the operator looks at, kept by watches. */
export const createMirrors = ({ namespace, onChange, onFailure, ...input }: MirrorsInput): Mirrors => {
  const within = namespace === undefined ? {} : { namespace };
  const mirror = (
    resource: Resource,
    labelSelector: string | undefined,
    clusterOf: (object: KubeObject) => string | undefined,
  ): Mirror =>
    createMirror({
      ...input,
      resource,
      selection: { ...within, ...(labelSelector === undefined ? {} : { labelSelector }) },
      onChange: (_key, object, before) => {
        if (isHeartbeat(object, before)) return;
        const about = object ?? before;
        const cluster = about === undefined ? undefined : clusterOf(about);
        if (cluster !== undefined) onChange(cluster);
      },
      onFailure: (error, waitMs) => {
        if (resource === optional && error.kind === kubeErrors.absent) return;
        onFailure(resource, error, waitMs);
      },
    });

  const clusters = mirror(
    resources.postgresCluster,
    undefined,
    ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  );
  const byName = ({ metadata, spec }: KubeObject): string | undefined => {
    const cluster = (spec as { readonly cluster?: string } | undefined)?.cluster;
    return cluster === undefined ? undefined : `${metadata.namespace}/${cluster}`;
  };
  const actions = mirror(resources.postgresAction, undefined, byName);
  const backups = mirror(resources.postgresBackup, undefined, byName);
  const storageClasses = mirror(resources.storageClass, undefined, () => undefined);
  const ofClusters = (resource: Resource): Mirror =>
    mirror(resource, clusterLabel, ({ metadata }) => {
      const name = metadata.labels?.[clusterLabel];
      return name === undefined ? undefined : `${metadata.namespace}/${name}`;
    });
  const podMonitors = ofClusters(optional);
  const needed = [clusters, actions, backups, storageClasses, ...clusterKinds.map(ofClusters)];
  const byKind = new Map([...needed, podMonitors].map((each) => [each.resource.kind, each]));
  return {
    clusters,
    actions,
    backups,
    storageClasses,
    get hasPodMonitors() {
      return podMonitors.synced;
    },
    child: ({ kind }, at, name) => byKind.get(kind)?.get(at, name),
    children: ({ kind }, at, cluster) =>
      [...(byKind.get(kind)?.values() ?? [])]
        .filter(({ metadata }) => metadata.namespace === at && metadata.labels?.[clusterLabel] === cluster)
        .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name)),
    get synced() {
      return needed.every((each) => each.synced);
    },
    run: async (signal) => {
      await Promise.all([...needed, podMonitors].map((each) => each.run(signal)));
    },
  };
};

/** Patroni writes into the annotations of its pod in each of its loops: nothing that follows from. */
const isHeartbeat = (object: KubeObject | undefined, before: KubeObject | undefined): boolean => {
  if (object?.kind !== 'Pod' || before === undefined) return false;
  const { metadata, spec, status } = object;
  const { labels, deletionTimestamp } = metadata;
  return isDeepStrictEqual(
    [labels, deletionTimestamp, spec, status],
    [before.metadata.labels, before.metadata.deletionTimestamp, before.spec, before.status],
  );
};
