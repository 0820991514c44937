import type { KubeApi } from './api.ts';
import type { KubeObject } from './object.ts';
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
