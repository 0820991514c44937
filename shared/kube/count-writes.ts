import type { KubeApi } from './api.ts';

/** `status`: of the subresource; whatever else is applied is `apply`. */
export type WriteVerb = 'apply' | 'status' | 'create' | 'replace' | 'patch' | 'delete';

/**
 * The same API server, each of whose writes is told as soon as it was taken, with the kind that was written. One that
 * changed nothing is told as well; a dry run is none.
 */
export const countWrites = (api: KubeApi, onWrite: (kind: string, verb: WriteVerb) => void): KubeApi => {
  const told = async <Answer>(kind: string, verb: WriteVerb, answer: Promise<Answer>): Promise<Answer> => {
    const given = await answer;
    onWrite(kind, verb);
    return given;
  };
  return {
    ...api,
    apply: (object, options, signal) => {
      const applied = api.apply(object, options, signal);
      return options.dryRun === undefined
        ? told(object.kind, options.subresource ?? 'apply', applied)
        : applied;
    },
    create: (object, signal) => told(object.kind, 'create', api.create(object, signal)),
    replace: (object, signal) => told(object.kind, 'replace', api.replace(object, signal)),
    mergePatch: (resource, place, patch, options, signal) => {
      const patched = api.mergePatch(resource, place, patch, options, signal);
      return options.dryRun === undefined ? told(resource.kind, 'patch', patched) : patched;
    },
    remove: (resource, place, options, signal) =>
      told(resource.kind, 'delete', api.remove(resource, place, options, signal)),
  };
};
