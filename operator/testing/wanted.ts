import { type ClusterSpec, clusterSpec } from '@howdah/kinds/postgres-cluster';
import type { Wanted } from '../desire/wanted.ts';

/** A cluster as small as its spec can be, with what a test says over it. */
export const wantedWith = (spec: object = {}, more: Partial<Wanted> = {}): Wanted => ({
  ...{ name: 'orders', namespace: 'shop', uid: 'uid-of-orders', requests: [], secrets: {}, served: [] },
  spec: clusterSpec.parse({
    postgres: { version: 17 },
    storage: { data: { size: '1Gi' } },
    ...spec,
  }) satisfies ClusterSpec,
  images: { agent: 'howdah/agent:1', postgres: { 17: 'howdah/postgres:17' }, pullPolicy: 'IfNotPresent' },
  ...{ has: { podMonitor: false }, claims: [], userSecrets: [] },
  ...more,
});
