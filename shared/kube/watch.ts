import { createInterface } from 'node:readline';
import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { brokenOff, failureOf, readJson } from './answer.ts';
import type { KubeApi, Selection } from './api.ts';
import type { Connection } from './connection.ts';
import { kubeErrors } from './errors.ts';
import { type KubeObject, watchEvent } from './object.ts';
import { pathOf, type Resource } from './resource.ts';

/** All objects of one kind as they are now, by `namespace/name`; kept by a watch. */
export interface Mirror {
  readonly resource: Resource;
  /** Whether all were listed, of a kind that is there: before that, what is not here may well be there. */
  readonly synced: boolean;
  get(namespace: string, name: string): KubeObject | undefined;
  values(): Iterable<KubeObject>;
  /** Keeps it true until the signal aborts; never rejects but for that. */
  run(signal: AbortSignal): Promise<void>;
}

export interface MirrorInput {
  readonly api: KubeApi;
  readonly connection: Connection;
  readonly resource: Resource;
  readonly selection: Selection;
  readonly clock: Clock;
  /** After each change, and for each object after a new listing. `undefined`: it is gone. */
  readonly onChange: (key: string, object: KubeObject | undefined, before: KubeObject | undefined) => void;
  /** Told at each failure; it goes on by itself. */
  readonly onFailure: (error: HowdahError, waitMs: number) => void;
  readonly random?: () => number;
}

/** What held so long did not fail at its beginning. */
const steadyMs = 30_000;
const restartBackoff: BackoffRule = { initialMs: 500, maxMs: 30_000 };
/** The API server ends a watch after so long, and says a word each minute: silence beyond is a dead connection. */
const watchSeconds = 300;

export const keyOf = ({ metadata: { namespace, name } }: KubeObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** Lists, then watches from there; after whatever failure it begins anew, more and more slowly. */
export const createMirror = (input: MirrorInput): Mirror => {
  const { api, connection, resource, selection, clock, onChange, onFailure, random = Math.random } = input;
  const objects = new Map<string, KubeObject>();
  let synced = false;
  let version: string | undefined;

  const take = (key: string, object: KubeObject | undefined): void => {
    const before = objects.get(key);
    if (object === undefined) objects.delete(key);
    else objects.set(key, object);
    onChange(key, object, before);
  };

  const list = async (signal: AbortSignal): Promise<string> => {
    const { items, resourceVersion } = await api.list(resource, selection, signal);
    const listed = new Map(items.map((item) => [keyOf(item), item]));
    for (const key of objects.keys()) if (!listed.has(key)) take(key, undefined);
    for (const [key, item] of listed) take(key, item);
    synced = true;
    return resourceVersion;
  };

  const follow = async (from: string, signal: AbortSignal): Promise<void> => {
    const path = pathOf(
      resource,
      selection.namespace === undefined ? {} : { namespace: selection.namespace },
    );
    const what = `WATCH ${path}`;
    const query = {
      watch: 'true',
      resourceVersion: from,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(watchSeconds),
      labelSelector: selection.labelSelector,
    };
    // The end that the server was asked for, and what it takes to say so.
    const limited = AbortSignal.any([signal, AbortSignal.timeout((watchSeconds + 30) * 1_000)]);
    try {
      const answer = await connection.send({ method: 'GET', path, query }, limited);
      if (answer.statusCode !== 200) throw failureOf(what, answer.statusCode ?? 0, await readJson(answer));
      for await (const line of createInterface({ input: answer, signal: limited })) {
        const event = watchEvent.parse(JSON.parse(line));
        if (event.type === 'ERROR') throw failureOf(what, event.object.code ?? 500, event.object);
        version = event.object.metadata.resourceVersion;
        if (event.type === 'BOOKMARK') continue;
        take(keyOf(event.object), event.type === 'DELETED' ? undefined : event.object);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof HowdahError ? error : brokenOff(what, error);
    }
  };

  return {
    resource,
    get synced() {
      return synced;
    },
    get: (namespace, name) => objects.get(resource.namespaced ? `${namespace}/${name}` : name),
    values: () => objects.values(),
    run: async (signal) => {
      let failures = 0;
      while (!signal.aborted) {
        const beganMs = clock.monotonicMs();
        try {
          version ??= await list(signal);
          await follow(version, signal);
          // The server ends a watch when it was asked to; one that it ends at once is not asked for again at once.
          await clock.sleep(restartBackoff.initialMs, signal).catch(() => undefined);
        } catch (error) {
          if (signal.aborted) return;
          if (!(error instanceof HowdahError)) throw error;
          failures = clock.monotonicMs() - beganMs > steadyMs ? 1 : failures + 1;
          // Where it broke off can be gone on from; where the server no longer knows that place, it cannot.
          if (error.kind !== kubeErrors.unreachable) version = undefined;
          if (error.kind === kubeErrors.absent) synced = false;
          const waitMs = backoffMs(restartBackoff, failures, random());
          onFailure(error, waitMs);
          await clock.sleep(waitMs, signal).catch(() => undefined);
        }
      }
    },
  };
};
