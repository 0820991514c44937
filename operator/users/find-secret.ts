import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { clusterLabel } from '../desire/wanted.ts';
import type { Mirrors } from '../mirrors.ts';

export interface FindSecretInput {
  readonly api: Pick<KubeApi, 'get'>;
  readonly mirrors: Pick<Mirrors, 'child'>;
}

/** A Secret of whomever; one that somebody made without a label is in no mirror. */
export const findSecret = async (
  { api, mirrors }: FindSecretInput,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> =>
  mirrors.child(resources.secret, namespace, name) ?? api.get(resources.secret, { namespace, name }, signal);

/** Why a Secret that is there cannot become the one of a user of this cluster, and what to do; undefined when it can. */
export const secretObstacle = (
  cluster: string,
  { metadata, type = 'Opaque' }: KubeObject,
): string | undefined => {
  const owner = metadata.labels?.[clusterLabel];
  if (owner === undefined)
    return `there is a Secret ${metadata.name} already, which is not the operator’s; name another as secretName, or let this one be taken, and its password kept, with the label ${clusterLabel}=${cluster}`;
  if (owner !== cluster)
    return `the Secret ${metadata.name} belongs to the cluster ${owner}; name another as secretName`;
  return type === 'Opaque'
    ? undefined
    : `the Secret ${metadata.name} is of type ${type}, which cannot change; make it anew with type Opaque and the same password, or name another as secretName`;
};
