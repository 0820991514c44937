import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { resourceOf, resources } from '@howdah/kube/resource';
import { fieldManager, isSettled, withDigest } from '@howdah/kube/settler';
import { credentials } from '@howdah/operator/desire/credentials';
import type { Desired } from '@howdah/operator/desire/desire';
import type { Wanted } from '@howdah/operator/desire/wanted';
import type { Mirrors } from '@howdah/operator/mirrors';
import { hasOldTemplate } from '@howdah/operator/plan/growth';
import { secretNameOf, userSecret } from '@howdah/operator/users/user-secret';
import * as z from 'zod';
import { judged } from './admit.ts';
import { differences } from './differences.ts';
import type { ObjectPlan } from './model.ts';

export interface ObjectsInput {
  readonly api: Pick<KubeApi, 'get' | 'apply'>;
  readonly mirrors: Mirrors;
  readonly wanted: Wanted;
  readonly desired: Desired;
}

/** Every object of a cluster in the order in which the operator sees to it, and what would be done to it. */
export const objectPlans = async (
  input: ObjectsInput,
  signal: AbortSignal,
): Promise<readonly ObjectPlan[]> => {
  const { wanted, desired } = input;
  // Passwords are made when they are, and what is there stays: neither is a matter of a plan.
  const logins = credentials(wanted, () => 'not made yet').map((object) =>
    planOf(input, object, signal, 'kept'),
  );
  const users = wanted.spec.users.map(async (user) => {
    const live = await liveOf(input, resources.secret, secretNameOf(wanted.name, user), signal);
    return planOf(input, userSecret(wanted, user, passwordIn(live) ?? 'not made yet'), signal);
  });
  return Promise.all([
    ...logins,
    ...desired.objects.map((object) => planOf(input, object, signal)),
    ...users,
  ]);
};

const secret = z.object({ data: z.object({ password: z.string() }) });
const passwordIn = (live: KubeObject | undefined): string | undefined => {
  const password = secret.safeParse(live).data?.data.password;
  return password === undefined ? undefined : Buffer.from(password, 'base64').toString('utf8');
};

/** One that was made before the operator put its label there is found by its name. */
const liveOf = async (
  { api, mirrors, wanted: { namespace } }: ObjectsInput,
  resource: Parameters<KubeApi['get']>[0],
  name: string,
  signal: AbortSignal,
): Promise<KubeObject | undefined> =>
  mirrors.child(resource, namespace, name) ?? (await api.get(resource, { namespace, name }, signal));

const planOf = async (
  input: ObjectsInput,
  object: KubeObject,
  signal: AbortSignal,
  once?: 'kept',
): Promise<ObjectPlan> => {
  const { kind, metadata } = object;
  const about = { kind, name: metadata.name, differences: [] };
  const live = await liveOf(input, resourceOf(object), metadata.name, signal);
  const wished = withDigest(object);
  if (isSettled(live, wished) || (live !== undefined && once === 'kept')) return { ...about, what: 'stays' };
  const isReplaced =
    live !== undefined &&
    kind === resources.statefulSet.kind &&
    hasOldTemplate(live, input.wanted.spec.storage);
  const asked = isReplaced ? withTemplatesOf(live, wished) : wished;
  const answer = await judged(
    input.api.apply(asked, { fieldManager, force: true, dryRun: 'lenient' }, signal),
  );
  if (!answer.admitted) {
    // What the caller may not do the operator may: only the fields are not known.
    const unknown = live === undefined ? 'made' : 'changed';
    return { ...about, what: answer.forbidden ? unknown : 'refused', note: answer.why };
  }
  if (live === undefined) return { ...about, what: 'made' };
  const found = differences(live, answer.object);
  if (isReplaced)
    return {
      ...{ ...about, what: 'replaced', differences: found },
      note: 'for the size of its volumes; its pods stay',
    };
  return found.length === 0 ? { ...about, what: 'stays' } : { ...about, what: 'changed', differences: found };
};

/** The templates of claims cannot be changed: the rest is asked for beside the old ones. */
const withTemplatesOf = (live: KubeObject, wished: KubeObject): KubeObject => {
  const { volumeClaimTemplates } = live.spec as { readonly volumeClaimTemplates: unknown };
  return { ...wished, spec: { ...(wished.spec as object), volumeClaimTemplates } };
};
