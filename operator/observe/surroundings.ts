import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import * as z from 'zod';
import type { Surroundings } from '../plan/refusals.ts';

const claim = z.object({ spec: z.object({ accessModes: z.array(z.string()).default([]) }) });
const isDefault = 'storageclass.kubernetes.io/is-default-class';

/** What there is of storage, as far as the spec wants to know. */
export const readStorage = async (
  api: Pick<KubeApi, 'get'>,
  namespace: string,
  { backup }: ClusterSpec,
  storageClasses: Iterable<KubeObject>,
  signal: AbortSignal,
): Promise<Surroundings> => {
  const names = (backup.repositories ?? []).flatMap(({ volume }) =>
    volume === undefined ? [] : [volume.claimName],
  );
  const claims = await Promise.all(
    names.map(async (name) => {
      const object = await api.get(resources.persistentVolumeClaim, { namespace, name }, signal);
      return object === undefined ? [] : [[name, claim.parse(object).spec.accessModes] as const];
    }),
  );
  return {
    claims: new Map(claims.flat()),
    storageClasses: new Map(
      [...storageClasses].map(({ metadata, allowVolumeExpansion }) => [
        metadata.name,
        { isDefault: metadata.annotations?.[isDefault] === 'true', canGrow: allowVolumeExpansion === true },
      ]),
    ),
  };
};
