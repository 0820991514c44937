import type { KubeApi } from '@howdah/kube/api';
import { resources } from '@howdah/kube/resource';
import { fieldManager } from '@howdah/kube/settler';
import type { Wanted } from '@howdah/operator/desire/wanted';
import type { Mirrors } from '@howdah/operator/mirrors';
import { growths } from '@howdah/operator/plan/growth';
import * as z from 'zod';
import { judged } from './admit.ts';
import type { VolumePlan } from './model.ts';

const claim = z.object({
  spec: z.object({ resources: z.object({ requests: z.object({ storage: z.string() }) }) }),
});

/** Claims that would grow; the API server tells whether their storage class allows it. */
export const volumePlans = (
  { api, mirrors }: { readonly api: Pick<KubeApi, 'mergePatch'>; readonly mirrors: Mirrors },
  { namespace, name, spec }: Wanted,
  signal: AbortSignal,
): Promise<readonly VolumePlan[]> => {
  const type = resources.persistentVolumeClaim;
  const claims = mirrors.children(type, namespace, name);
  return Promise.all(
    growths(name, spec.storage, claims).map(async ({ claim: claimName, size }) => {
      const live = mirrors.child(type, namespace, claimName);
      const from = claim.parse(live).spec.resources.requests.storage;
      const patch = { spec: { resources: { requests: { storage: size } } } };
      const place = { namespace, name: claimName };
      const answer = await judged(
        api.mergePatch(type, place, patch, { fieldManager, dryRun: 'lenient' }, signal),
      );
      return { claim: claimName, from, to: size, ...(answer.admitted ? {} : { refused: answer.why }) };
    }),
  );
};
