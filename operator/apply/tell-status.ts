import { isDeepStrictEqual } from 'node:util';
import type { KubeApi } from '@howdah/kube/api';
import type { Events } from '@howdah/kube/events';
import type { KubeObject } from '@howdah/kube/object';
import type { ClusterStatus, Condition } from '../api/cluster-status.ts';
import { fieldManager } from './settler.ts';

/** Writes the status where it says something else than before, and tells of each condition that turned. */
export const tellStatus = async (
  { api, events }: { readonly api: KubeApi; readonly events: Events },
  object: KubeObject,
  before: ClusterStatus | undefined,
  status: ClusterStatus,
  signal: AbortSignal,
): Promise<void> => {
  if (isDeepStrictEqual(before, status)) return;
  const { name, namespace = '' } = object.metadata;
  const { apiVersion, kind } = object;
  await api.apply(
    { apiVersion, kind, metadata: { name, namespace }, status },
    { fieldManager, force: true, subresource: 'status' },
    signal,
  );
  for (const condition of status.conditions ?? []) {
    const earlier = before?.conditions?.find(({ type }) => type === condition.type);
    if (earlier?.status === condition.status && earlier.reason === condition.reason) continue;
    await events.tell(
      object,
      {
        type: isBad(condition) ? 'Warning' : 'Normal',
        reason: `${condition.type}${condition.status === 'True' ? '' : condition.status}`,
        action: condition.reason,
        note: condition.message,
      },
      signal,
    );
  }
};

const isBad = ({ type, status }: Condition): boolean =>
  type === 'Degraded' || type === 'RestartPending'
    ? status === 'True'
    : status === 'False' && type !== 'Progressing';
