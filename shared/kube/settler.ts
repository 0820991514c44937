import { createHash } from 'node:crypto';
import type { KubeApi } from './api.ts';
import { isAsWanted } from './covers.ts';
import type { KubeObject } from './object.ts';

/** Whose fields they are, to the API server: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export const fieldManager = 'howdah-operator';
/** What an object was to be when it was last applied: a field that is wanted no more is seen by it. */
export const digestAnnotation = 'howdah.dev/applied';

export type SettleOutcome = 'as-it-was' | 'made' | 'changed' | 'put-right';

/** Makes objects what they are to be, and writes nothing where they are. */
export class Settler {
  readonly #api: KubeApi;
  /** Versions that applying does not change, though they read otherwise than they were written. */
  readonly #settled = new Map<string, string>();

  constructor(api: KubeApi) {
    this.#api = api;
  }

  /** @returns `put-right` where somebody else had changed what is ours. */
  async settle(
    object: KubeObject,
    live: KubeObject | undefined,
    signal: AbortSignal,
  ): Promise<SettleOutcome> {
    const wanted = withDigest(object);
    const digest = wanted.metadata.annotations?.[digestAnnotation] ?? '';
    const before = live?.metadata.annotations?.[digestAnnotation];
    const key = `${object.kind}/${object.metadata.namespace}/${object.metadata.name}`;
    const version = `${digest} ${live?.metadata.resourceVersion}`;
    if (this.#settled.get(key) === version || isSettled(live, wanted)) return 'as-it-was';
    const applied = await this.#api.apply(wanted, { fieldManager, force: true }, signal);
    this.#settled.set(key, `${digest} ${applied.metadata.resourceVersion}`);
    return outcomeOf(live, applied, before === digest);
  }

  forget(namespace: string, cluster: string): void {
    for (const key of this.#settled.keys())
      if (key.includes(`/${namespace}/${cluster}`)) this.#settled.delete(key);
  }
}

const outcomeOf = (live: KubeObject | undefined, applied: KubeObject, sameWish: boolean): SettleOutcome => {
  if (live === undefined) return 'made';
  if (applied.metadata.resourceVersion === live.metadata.resourceVersion) return 'as-it-was';
  return sameWish ? 'put-right' : 'changed';
};

/** Whether nothing is to be written: it was applied as it is wanted ({@link withDigest}), and is so. */
export const isSettled = (live: KubeObject | undefined, wanted: KubeObject): boolean =>
  live?.metadata.annotations?.[digestAnnotation] === wanted.metadata.annotations?.[digestAnnotation] &&
  isAsWanted(live, wanted);

export const withDigest = (object: KubeObject): KubeObject => {
  const digest = createHash('sha256').update(JSON.stringify(object)).digest('hex').slice(0, 16);
  return {
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, [digestAnnotation]: digest },
    },
  };
};
