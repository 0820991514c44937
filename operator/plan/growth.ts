import type { Storage } from '@howdah/kinds/storage';
import type { KubeObject } from '@howdah/kube/object';
import * as z from 'zod';

/** A claim that is to grow. */
export interface Growth {
  readonly volume: keyof Storage;
  readonly claim: string;
  readonly size: string;
  readonly storageClassName: string | undefined;
}

const claim = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    resources: z.object({ requests: z.object({ storage: z.string() }) }),
    storageClassName: z.string().optional(),
  }),
});

const withTemplates = z.object({ spec: z.object({ volumeClaimTemplates: z.array(claim).default([]) }) });

const factors: Readonly<Record<string, number>> = {
  '': 1,
  ...{ k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 },
};

/** `20Gi` in bytes. */
export const bytesOf = (quantity: string): number => {
  const [, number = '', unit = ''] = /^([0-9.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  return Number(number) * (factors[unit] ?? Number.NaN);
};

/** Claims of the members that are smaller than the spec says; `data-orders-0` belongs to volume `data`. */
export const growths = (
  cluster: string,
  storage: Storage,
  claims: readonly KubeObject[],
): readonly Growth[] =>
  claims.flatMap((object) => {
    const { metadata, spec } = claim.parse(object);
    const volume = /^(data|wal|logs)-/.exec(metadata.name)?.[1] as keyof Storage | undefined;
    const isOurs = volume !== undefined && new RegExp(`^${volume}-${cluster}-\\d+$`).test(metadata.name);
    const size = isOurs ? storage[volume]?.size : undefined;
    if (volume === undefined || size === undefined) return [];
    const { storageClassName, resources } = spec;
    return bytesOf(resources.requests.storage) < bytesOf(size)
      ? [{ volume, claim: metadata.name, size, storageClassName }]
      : [];
  });

/**
 * Whether the StatefulSet's template has another size than the spec. It cannot be changed: the set is replaced,
 * leaving its pods, so that a member that comes later gets a volume of the new size.
 */
export const hasOldTemplate = (statefulSet: KubeObject, storage: Storage): boolean =>
  withTemplates.parse(statefulSet).spec.volumeClaimTemplates.some(({ metadata, spec }) => {
    const size = storage[metadata.name as keyof Storage]?.size;
    return size !== undefined && bytesOf(size) !== bytesOf(spec.resources.requests.storage);
  });
