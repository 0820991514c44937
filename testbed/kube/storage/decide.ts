import { localClass, provisionerName, sizedClass } from './classes.ts';
import type { Claim, Volume } from './objects.ts';
import { bytesOf } from './quantity.ts';

export type StorageAction =
  | { readonly kind: 'provision'; readonly claim: Claim; readonly name: string; readonly sizeBytes: number }
  | { readonly kind: 'grow'; readonly claim: Claim; readonly name: string; readonly sizeBytes: number }
  | { readonly kind: 'remove'; readonly name: string };

export const provisionedBy = 'pv.kubernetes.io/provisioned-by';
const selectedNode = 'volume.kubernetes.io/selected-node';

/**
 * What is to be done for these claims and volumes, of which some are other people's.
 *
 * A claim gets its volume once the scheduler has chosen a node for its first pod; a claim that asks for
 * more than it has grows, one that asks for less stays as it is; a volume whose claim is gone is removed.
 */
export const decideStorage = (
  claims: readonly Claim[],
  volumes: readonly Volume[],
): readonly StorageAction[] => [
  ...volumes.filter(isDone).map(({ metadata }) => ({ kind: 'remove', name: metadata.name }) as const),
  ...claims.filter(isOurs).flatMap((claim): StorageAction[] => {
    const sizeBytes = bytesOf(claim.spec.resources.requests.storage);
    if (sizeBytes === undefined) return [];
    if (claim.spec.volumeName === undefined) {
      const name = `pvc-${claim.metadata.uid}`;
      const waiting = claim.metadata.annotations[selectedNode] !== undefined;
      const there = volumes.some(({ metadata }) => metadata.name === name);
      return waiting && !there ? [{ kind: 'provision', claim, name, sizeBytes }] : [];
    }
    const has = bytesOf(claim.status.capacity?.storage ?? '');
    return has !== undefined && sizeBytes > has
      ? [{ kind: 'grow', claim, name: claim.spec.volumeName, sizeBytes }]
      : [];
  }),
];

const isOurs = ({ spec }: Claim): boolean =>
  spec.storageClassName === localClass || spec.storageClassName === sizedClass;

const isDone = ({ metadata, spec, status }: Volume): boolean =>
  metadata.annotations[provisionedBy] === provisionerName &&
  status.phase === 'Released' &&
  spec.persistentVolumeReclaimPolicy === 'Delete';
