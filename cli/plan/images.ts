import { HowdahError } from '@howdah/core/errors';
import type { KubeApi } from '@howdah/kube/api';
import { kubeErrors } from '@howdah/kube/errors';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import type { Images } from '@howdah/operator/desire/wanted';
import { operatorEnvironment } from '@howdah/operator/environment';
import * as z from 'zod';
import { cliErrors } from '../errors.ts';

/** In the words of the operator's environment: `howdah/agent:1`, `15=howdah/postgres:15,17=…`. */
export interface GivenImages {
  readonly agent?: string | undefined;
  readonly postgres?: string | undefined;
  /** Where the operator runs; looked for in all namespaces when absent. */
  readonly operatorNamespace?: string | undefined;
}

const deployment = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.array(
          z.object({
            env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
          }),
        ),
      }),
    }),
  }),
});

/** The operator of the cluster's namespace before one of all namespaces. */
export const imagesOf = async (
  api: Pick<KubeApi, 'list'>,
  namespace: string,
  given: GivenImages,
  signal: AbortSignal,
): Promise<Images> => {
  const { agent, postgres } = given;
  const running =
    agent !== undefined && postgres !== undefined
      ? {}
      : environmentFor(namespace, await operatorsIn(api, namespace, given.operatorNamespace, signal));
  if (running === undefined)
    throw new HowdahError(cliErrors.imagesUnknown, `there is no operator that looks after ${namespace}`);
  return operatorEnvironment({
    ...running,
    // What a Deployment takes from its pod; nothing that a plan needs.
    HOWDAH_POD_NAME: 'plan',
    HOWDAH_POD_NAMESPACE: namespace,
    ...(agent === undefined ? {} : { HOWDAH_AGENT_IMAGE: agent }),
    ...(postgres === undefined ? {} : { HOWDAH_POSTGRES_IMAGES: postgres }),
  }).images;
};

const labelSelector = 'app.kubernetes.io/name=howdah,app.kubernetes.io/component=operator';

/** Whoever may not look in all namespaces looks in the cluster's own. */
const operatorsIn = async (
  api: Pick<KubeApi, 'list'>,
  namespace: string,
  operatorNamespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> => {
  const of = async (place: { readonly namespace?: string }) =>
    (await api.list(resources.deployment, { ...place, labelSelector }, signal)).items;
  if (operatorNamespace !== undefined) return of({ namespace: operatorNamespace });
  try {
    return await of({});
  } catch (error) {
    if (error instanceof HowdahError && error.kind === kubeErrors.forbidden) return of({ namespace });
    throw error;
  }
};

type Environment = Readonly<Record<string, string>>;

const environmentFor = (namespace: string, operators: readonly KubeObject[]): Environment | undefined => {
  const environments = operators.flatMap((object): readonly Environment[] =>
    (deployment.safeParse(object).data?.spec.template.spec.containers ?? []).map(({ env }) =>
      Object.fromEntries(env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
    ),
  );
  return [namespace, ''].flatMap((watched) =>
    environments.filter(({ HOWDAH_WATCH_NAMESPACE = '' }) => HOWDAH_WATCH_NAMESPACE === watched),
  )[0];
};
