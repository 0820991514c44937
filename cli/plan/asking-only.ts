import type { KubeApi } from '@howdah/kube/api';

const refuse = async (): Promise<never> => {
  throw new Error('a plan writes nothing');
};

/** The API server for somebody who changes nothing: reads and dry runs, whatever is asked with it. */
export const askingOnly = ({ get, list, apply, mergePatch }: KubeApi): KubeApi => ({
  ...{ get, list, create: refuse, replace: refuse, remove: refuse },
  apply: (object, options, signal) =>
    options.dryRun === undefined ? refuse() : apply(object, options, signal),
  mergePatch: (resource, place, patch, options, signal) =>
    options.dryRun === undefined ? refuse() : mergePatch(resource, place, patch, options, signal),
});
