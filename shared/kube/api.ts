import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { brokenOff, failureOf, readJson } from './answer.ts';
import type { Connection, Question } from './connection.ts';
import { kubeErrors } from './errors.ts';
import { type KubeObject, kubeList, kubeObject } from './object.ts';
import { pathOf, type Resource, resourceOf } from './resource.ts';

export interface Place {
  readonly namespace?: string;
  readonly name: string;
}

export interface Selection {
  /** All namespaces when absent. */
  readonly namespace?: string;
  /** `app.kubernetes.io/instance=orders` */
  readonly labelSelector?: string;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  /** Takes fields over that somebody else owns. */
  readonly force?: boolean;
  readonly subresource?: 'status';
  readonly dryRun?: DryRun;
}

/** What would become of it, defaults and refusals included; nothing is written. `strict` refuses unknown fields. */
export type DryRun = 'lenient' | 'strict';

/** What the API server is asked, each within a deadline. Failures are HowdahErrors (errors.ts). */
export interface KubeApi {
  get(resource: Resource, place: Place, signal: AbortSignal): Promise<KubeObject | undefined>;
  list(resource: Resource, selection: Selection, signal: AbortSignal): Promise<KubeList>;
  /** Makes it, or makes the fields that are given so: server-side apply. */
  apply(object: KubeObject, options: ApplyOptions, signal: AbortSignal): Promise<KubeObject>;
  /** Rejects with `conflict` when it is there already. */
  create(object: KubeObject, signal: AbortSignal): Promise<KubeObject>;
  /** Rejects with `conflict` when `resourceVersion` is no longer the newest one. */
  replace(object: KubeObject, signal: AbortSignal): Promise<KubeObject>;
  /** RFC 7386. */
  mergePatch(
    resource: Resource,
    place: Place,
    patch: object,
    options: PatchOptions,
    signal: AbortSignal,
  ): Promise<KubeObject>;
  /** Nothing happens to one that is not there, or that is another one by `uid`. */
  remove(resource: Resource, place: Place, options: RemoveOptions, signal: AbortSignal): Promise<void>;
}

export interface PatchOptions {
  readonly fieldManager: string;
  readonly dryRun?: DryRun;
}

export interface RemoveOptions {
  readonly uid?: string;
  /** `Orphan` leaves what it owns. */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

export interface KubeList {
  readonly resourceVersion: string;
  readonly items: readonly KubeObject[];
}

const defaultDeadlineMs = 15_000;
/** Pieces of a long list: what the API server's own client takes. */
const pageSize = '500';

export const createKubeApi = (connection: Connection, deadlineMs = defaultDeadlineMs): KubeApi => {
  const ask = async <Value>(
    question: Question,
    schema: z.ZodType<Value>,
    signal: AbortSignal,
  ): Promise<Value> => {
    const what = `${question.method} ${question.path}`;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    const { code, body } = await (async () => {
      try {
        const answer = await connection.send(question, limited);
        return { code: answer.statusCode ?? 0, body: await readJson(answer) };
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof HowdahError ? error : brokenOff(what, error);
      }
    })();
    if (code < 200 || code > 299) throw failureOf(what, code, body);
    const parsed = schema.safeParse(body);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    throw new HowdahError(
      kubeErrors.unexpectedAnswer,
      `${what}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`,
    );
  };

  const unlessAbsent = async <Value>(answer: Promise<Value>): Promise<Value | undefined> => {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof HowdahError && error.kind === kubeErrors.absent) return undefined;
      throw error;
    }
  };

  return {
    get: (resource, place, signal) =>
      unlessAbsent(ask({ method: 'GET', path: pathOf(resource, place) }, kubeObject, signal)),
    list: async (resource, { namespace, labelSelector }, signal) => {
      const items: KubeObject[] = [];
      let token: string | undefined;
      for (;;) {
        const page = await ask(
          {
            method: 'GET',
            path: pathOf(resource, namespace === undefined ? {} : { namespace }),
            query: { labelSelector, limit: pageSize, continue: token },
          },
          kubeList,
          signal,
        );
        items.push(
          ...page.items.map((item) => ({ ...item, apiVersion: resource.apiVersion, kind: resource.kind })),
        );
        const { resourceVersion } = page.metadata;
        token = page.metadata.continue;
        if (token === undefined || token === '') return { resourceVersion, items };
      }
    },
    apply: (object, { fieldManager, force = false, subresource, dryRun }, signal) =>
      ask(
        {
          method: 'PATCH',
          path: pathOf(resourceOf(object), {
            ...placeOf(object),
            ...(subresource === undefined ? {} : { subresource }),
          }),
          query: { fieldManager, force: String(force), ...queryOf(dryRun) },
          // JSON is YAML.
          contentType: 'application/apply-patch+yaml',
          body: object,
        },
        kubeObject,
        signal,
      ),
    create: (object, signal) => {
      const { name: _, ...place } = placeOf(object);
      return ask(
        { method: 'POST', path: pathOf(resourceOf(object), place), body: object },
        kubeObject,
        signal,
      );
    },
    replace: (object, signal) =>
      ask(
        { method: 'PUT', path: pathOf(resourceOf(object), placeOf(object)), body: object },
        kubeObject,
        signal,
      ),
    mergePatch: (resource, place, patch, { fieldManager, dryRun }, signal) =>
      ask(
        {
          method: 'PATCH',
          path: pathOf(resource, place),
          query: { fieldManager, ...queryOf(dryRun) },
          contentType: 'application/merge-patch+json',
          body: patch,
        },
        kubeObject,
        signal,
      ),
    remove: async (resource, place, { uid, propagationPolicy = 'Background' }, signal) => {
      await unlessAbsent(
        ask(
          {
            method: 'DELETE',
            path: pathOf(resource, place),
            body: {
              apiVersion: 'v1',
              kind: 'DeleteOptions',
              propagationPolicy,
              ...(uid === undefined ? {} : { preconditions: { uid } }),
            },
          },
          z.unknown(),
          signal,
        ),
      );
    },
  };
};

const queryOf = (dryRun: DryRun | undefined): NonNullable<Question['query']> => ({
  ...(dryRun === undefined ? {} : { dryRun: 'All' }),
  ...(dryRun === 'strict' ? { fieldValidation: 'Strict' } : {}),
});

const placeOf = ({ metadata: { name, namespace } }: KubeObject): Place =>
  namespace === undefined ? { name } : { namespace, name };
