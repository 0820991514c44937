import { createHash } from 'node:crypto';
import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import type { KubeObject, OwnerReference } from '@howdah/kube/object';
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
  /** Those of the users, as far as they are there, whoever made them. */
  readonly userSecrets: readonly KubeObject[];
  /** Authorities by which the members' certificates are checked, PEM; absent where the world's own are. */
  readonly authority?: string;
  /** The Secrets with the certificates that members serve now; undefined among them for one that speaks no TLS. */
  readonly served: readonly (string | undefined)[];
  /** Backups that somebody asked for. */
  readonly requests: readonly BackupRequest[];
  /** Of the members’ volumes, as they are there. */
  readonly claims: readonly KubeObject[];
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
  authority: `${cluster}-ca`,
  postgres: `${cluster}-postgres`,
  superuser: `${cluster}-superuser`,
  replication: `${cluster}-replication`,
  rest: `${cluster}-rest`,
  user: (role: string) =>
    `${cluster}-user-${role.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`.replace(/-+$/, ''),
});

/**
 * ConfigMaps that read otherwise with TLS and without, and with another Secret. Each has its own name, so that a member
 * that has not got its new pod yet has files that fit the one it has.
 */
export const podFilesOf = ({ name, spec: { tls } }: Pick<Wanted, 'name' | 'spec'>) => {
  const suffix = tls === undefined ? '' : `-tls-${digestOf(tls.secretName).slice(0, 8)}`;
  return { patroni: `${namesOf(name).patroni}${suffix}`, agents: `${namesOf(name).agents}${suffix}` };
};

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The same cluster with the certificate of this Secret, or with none. */
export const withCertificate = (wanted: Wanted, secretName: string | undefined): Wanted => {
  const { tls: _, ...spec } = wanted.spec;
  return { ...wanted, spec: secretName === undefined ? spec : { ...spec, tls: { secretName } } };
};

/** The name by which members are called, whichever it is, and which their certificate must carry. */
export const serverNameOf = ({ name, namespace }: Pick<Wanted, 'name' | 'namespace'>): string =>
  `${namesOf(name).primary}.${namespace}.svc`;

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
