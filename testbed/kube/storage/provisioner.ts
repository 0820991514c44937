import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '@howdah/core/errors';
import { nodeName } from '../addresses.ts';
import { ApiRefusal, type KubeApi } from '../api.ts';
import { provisionerName, sizedClass } from './classes.ts';
import { decideStorage, provisionedBy, type StorageAction } from './decide.ts';
import type { VolumeDirectories } from './directories.ts';
import { type Claim, claim, listOf, volume } from './objects.ts';

const claimsPath = '/api/v1/persistentvolumeclaims';
const volumesPath = '/api/v1/persistentvolumes';

/** Beside what the watches say; an event that was missed costs no more than this. */
const lookAgainMs = 10_000;
const afterFailureMs = 1_000;

/** Gives claims of our two classes their volumes, lets them grow, and removes what is no longer claimed. */
export class Provisioner {
  readonly #api: KubeApi;
  readonly #directories: VolumeDirectories;
  readonly #tell: (line: string) => void;
  #wake: () => void = () => undefined;
  #changed = false;

  constructor(api: KubeApi, directories: VolumeDirectories, tell: (line: string) => void) {
    this.#api = api;
    this.#directories = directories;
    this.#tell = tell;
  }

  /** Runs until `signal`; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const watches = [claimsPath, volumesPath].map((path) => this.#watch(path, signal));
    while (!signal.aborted) {
      this.#changed = false;
      try {
        await this.cycle(signal);
        await this.#sleep(lookAgainMs, signal);
      } catch (error) {
        if (!signal.aborted) this.#tell(`volumes: ${describeError(error)}`);
        await delay(afterFailureMs, undefined, { signal }).catch(() => undefined);
      }
    }
    await Promise.all(watches);
  }

  /** Looks once, and does all that is to be done. */
  async cycle(signal: AbortSignal): Promise<void> {
    const [claims, volumes] = await Promise.all([
      this.#api.call('GET', claimsPath, signal),
      this.#api.call('GET', volumesPath, signal),
    ]);
    const actions = decideStorage(
      listOf(claim).parse(JSON.parse(claims)).items,
      listOf(volume).parse(JSON.parse(volumes)).items,
    );
    for (const action of actions) await this.#act(action, signal);
  }

  async #act(action: StorageAction, signal: AbortSignal): Promise<void> {
    if (action.kind === 'remove') {
      await this.#directories.remove(action.name, signal);
      await this.#api.call('DELETE', `${volumesPath}/${action.name}`, signal).catch(unlessGone);
      return;
    }
    const sized = action.claim.spec.storageClassName === sizedClass;
    if (action.kind === 'provision') {
      await this.#directories.create(action.name, sized, action.sizeBytes, signal);
      const path = this.#directories.path(action.name);
      await this.#api.call('POST', volumesPath, signal, volumeFor(action.claim, action.name, path));
      return;
    }
    await this.#directories.grow(action.name, sized, action.sizeBytes, signal);
    const capacity = action.claim.spec.resources.requests;
    const { namespace, name } = action.claim.metadata;
    await this.#api.call('PATCH', `${volumesPath}/${action.name}`, signal, { spec: { capacity } });
    await this.#api.call(
      'PATCH',
      `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}/status`,
      signal,
      { status: { capacity } },
    );
  }

  /** Every event means "look again"; what happened is read from the lists. */
  async #watch(path: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const _event of this.#api.watch(`${path}?watch=true`, signal)) {
          this.#changed = true;
          this.#wake();
        }
      } catch {
        // The server ended it, restarts, or we are asked to end: the loop above goes on looking meanwhile.
      }
      await delay(afterFailureMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#changed) return;
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    await delay(ms, undefined, { signal: AbortSignal.any([signal, woken.signal]) }).catch(() => undefined);
  }
}

/** The list that we decided from may be older than what was done in the round before. */
const unlessGone = (error: unknown): void => {
  if (!(error instanceof ApiRefusal && error.status === 404)) throw error;
};

/** A `local` volume: the kubelet hands those to a pod's fsGroup, as it would not with a hostPath. */
const volumeFor = ({ metadata, spec }: Claim, name: string, path: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name, annotations: { [provisionedBy]: provisionerName } },
  spec: {
    capacity: spec.resources.requests,
    accessModes: spec.accessModes,
    persistentVolumeReclaimPolicy: 'Delete',
    storageClassName: spec.storageClassName,
    claimRef: {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
    },
    local: { path },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          {
            matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [nodeName] }],
          },
        ],
      },
    },
  },
});
