import type { KubeObject, OwnerReference } from '@howdah/kube/object';
import type { ClusterSpec } from '../api/postgres-cluster.ts';
import type { BackupRequest } from '../backups/requests.ts';

/** Everything from which the objects of a cluster follow. */
export interface Wanted {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly spec: ClusterSpec;
  readonly images: Images;
  /** What the Secrets that the spec names hold, by Secret and key; those that are not there are left out. */
  readonly secrets: Secrets;
  /** Backups that somebody asked for. */
  readonly requests: readonly BackupRequest[];
  /** Kinds that this Kubernetes has and others do not. */
  readonly has: { readonly podMonitor: boolean };
}

export type Secrets = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Images {
  readonly agent: string;
  /** Of PostgreSQL, by major version. */
  readonly postgres: Readonly<Record<string, string>>;
  readonly pullPolicy: 'Always' | 'IfNotPresent' | 'Never';
}

/** Names of what belongs to a cluster; all begin with its own. */
export const namesOf = (cluster: string) => ({
  statefulSet: cluster,
  /** Patroni writes the Endpoints of these two itself: its scope is the cluster's name. */
  primary: cluster,
  patroniConfigEndpoints: `${cluster}-config`,
  replica: `${cluster}-replica`,
  members: `${cluster}-metrics`,
  patroni: `${cluster}-patroni`,
  agents: `${cluster}-agents`,
  postgres: `${cluster}-postgres`,
  pgbackrest: `${cluster}-pgbackrest`,
  superuser: `${cluster}-superuser`,
  replication: `${cluster}-replication`,
  rest: `${cluster}-rest`,
  user: (role: string) => `${cluster}-user-${role.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
});

/** By which the members’ pods are found; they never change, since a StatefulSet’s selector cannot. */
export const memberLabels = (cluster: string) => ({
  'app.kubernetes.io/name': 'howdah',
  'app.kubernetes.io/instance': cluster,
  'app.kubernetes.io/component': 'postgres',
});

/** On everything that the operator makes for a cluster. */
export const clusterLabel = 'howdah.dev/cluster';

const ownerOf = ({ name, uid }: Wanted): OwnerReference => ({
  apiVersion: 'howdah.dev/v1alpha1',
  kind: 'PostgresCluster',
  name,
  uid,
  controller: true,
  blockOwnerDeletion: true,
});

export interface Metadata {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** An object that belongs to the cluster and goes with it. */
export const owned = (
  wanted: Wanted,
  type: { readonly apiVersion: string; readonly kind: string },
  name: string,
  body: Readonly<Record<string, unknown>>,
  { labels = {}, annotations }: Metadata = {},
): KubeObject => ({
  apiVersion: type.apiVersion,
  kind: type.kind,
  metadata: {
    name,
    namespace: wanted.namespace,
    labels: {
      ...labels,
      'app.kubernetes.io/name': 'howdah',
      'app.kubernetes.io/instance': wanted.name,
      [clusterLabel]: wanted.name,
    },
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [ownerOf(wanted)],
  },
  ...body,
});

/** One that stays as long as the volumes do: the data is of no use without it. */
export const kept = (...object: Parameters<typeof owned>): KubeObject => {
  const { metadata, ...rest } = owned(...object);
  const { ownerReferences, ...free } = metadata;
  return object[0].spec.deletionPolicy === 'Delete' ? { ...rest, metadata } : { ...rest, metadata: free };
};
