import type { KubeApi } from '@howdah/kube/api';
import { resources } from '@howdah/kube/resource';
import { fieldManager } from '@howdah/kube/settler';
import { namesOf, type Wanted } from '../desire/wanted.ts';
import type { Mirrors } from '../mirrors.ts';
import { growths, hasOldTemplate } from '../plan/growth.ts';

/**
 * Makes the members' claims as large as the spec says, and takes a StatefulSet away whose template has the old size,
 * leaving its pods.
 *
 * @returns false while that StatefulSet is on its way out, to be made anew with its new template.
 */
export const growVolumes = async (
  { api, mirrors }: { readonly api: KubeApi; readonly mirrors: Mirrors },
  { namespace, name, spec }: Wanted,
  signal: AbortSignal,
): Promise<boolean> => {
  const claims = mirrors.children(resources.persistentVolumeClaim, namespace, name);
  for (const { claim, size } of growths(name, spec.storage, claims)) {
    const patch = { spec: { resources: { requests: { storage: size } } } };
    const place = { namespace, name: claim };
    await api.mergePatch(resources.persistentVolumeClaim, place, patch, { fieldManager }, signal);
  }
  const set = mirrors.child(resources.statefulSet, namespace, namesOf(name).statefulSet);
  if (set === undefined) return true;
  if (set.metadata.deletionTimestamp !== undefined) return false;
  if (!hasOldTemplate(set, spec.storage)) return true;
  const { uid } = set.metadata;
  await api.remove(
    resources.statefulSet,
    { namespace, name: set.metadata.name },
    { propagationPolicy: 'Orphan', ...(uid === undefined ? {} : { uid }) },
    signal,
  );
  return false;
};
