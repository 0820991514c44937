import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { fieldManager } from './settler.ts';

/** Makes the status of `object` this one. */
export const writeStatus = async (
  api: KubeApi,
  { apiVersion, kind, metadata: { name, namespace } }: KubeObject,
  status: object,
  signal: AbortSignal,
): Promise<void> => {
  await api.apply(
    { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, status },
    { fieldManager, force: true, subresource: 'status' },
    signal,
  );
};
