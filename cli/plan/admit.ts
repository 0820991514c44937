import { HowdahError } from '@howdah/core/errors';
import type { KubeApi } from '@howdah/kube/api';
import { kubeErrors } from '@howdah/kube/errors';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { patchOf } from './three-way.ts';

export type Admission =
  | { readonly admitted: true; readonly object: KubeObject }
  /** The API server's words, with the field. */
  | { readonly admitted: false; readonly why: string; readonly forbidden: boolean };

/** As whom kubectl applies on the server's side. */
const kubectl = 'kubectl';

/** Failures that say something of the manifest, and not of the way to the API server. */
const refusing = new Set<unknown>([
  kubeErrors.invalid,
  kubeErrors.conflict,
  kubeErrors.forbidden,
  kubeErrors.absent,
]);

/** What an API server answers to a question that changes nothing; @throws HowdahError where it gave no judgement. */
export const judged = async (question: Promise<KubeObject>): Promise<Admission> => {
  try {
    return { admitted: true, object: await question };
  } catch (error) {
    if (!(error instanceof HowdahError && refusing.has(error.kind))) throw error;
    const why = error.message.replace(/^[A-Z]+ \S+: /, '');
    return { admitted: false, why, forbidden: error.kind === kubeErrors.forbidden };
  }
};

/**
 * The cluster as the API server would have it after `kubectl apply`: validated, defaults filled in. An object that
 * somebody applies on the server's side is asked for in that manager's name; any other as kubectl's own three-way
 * patch, so that a field that was taken out of the manifest is seen to go.
 */
export const admit = async (
  api: KubeApi,
  manifest: KubeObject,
  live: KubeObject | undefined,
  signal: AbortSignal,
): Promise<Admission> => {
  if (live?.metadata.deletionTimestamp !== undefined)
    return { admitted: false, why: 'it is being deleted: wait until it is gone', forbidden: false };
  const applier = live === undefined ? kubectl : applierOf(live);
  if (applier !== undefined)
    return judged(api.apply(manifest, { fieldManager: applier, dryRun: 'strict' }, signal));
  const { namespace = '', name } = manifest.metadata;
  const patch = patchOf(live, manifest);
  return judged(
    api.mergePatch(
      resources.postgresCluster,
      { namespace, name },
      patch,
      { fieldManager: kubectl, dryRun: 'strict' },
      signal,
    ),
  );
};

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
}

/** Who applies the object on the server's side; undefined where nobody does. */
const applierOf = ({ metadata }: KubeObject): string | undefined =>
  ((metadata.managedFields as readonly ManagedFields[] | undefined) ?? []).find(
    ({ operation, subresource = '' }) => operation === 'Apply' && subresource === '',
  )?.manager;
