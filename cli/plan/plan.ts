import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { createKubeApi, type KubeApi } from '@howdah/kube/api';
import type { Connection } from '@howdah/kube/connection';
import { kubeErrors } from '@howdah/kube/errors';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import { cliErrors } from '../errors.ts';
import { askingOnly } from './asking-only.ts';
import { type GivenImages, imagesOf } from './images.ts';
import { asStored, manifestsIn } from './manifests.ts';
import type { Plan } from './model.ts';
import { planCluster } from './plan-cluster.ts';

export interface PlanInput {
  readonly connection: Connection;
  readonly clock: Clock;
  /** YAML, one document or several. */
  readonly text: string;
  /** Of manifests that name none; the configuration's own when absent. */
  readonly namespace?: string | undefined;
  readonly images: GivenImages;
}

/**
 * What the operator would do if these manifests were applied. Only reads and dry runs go to the API server: nothing
 * is written, neither by it nor by anybody else.
 *
 * @throws HowdahError where the manifests cannot be read, or the API server cannot be asked.
 */
export const planManifests = async (
  { connection, clock, text, namespace = connection.namespace, images }: PlanInput,
  signal: AbortSignal,
): Promise<Plan> => {
  const api = askingOnly(createKubeApi(connection));
  const { clusters, secrets, others } = manifestsIn(text);
  const placed = clusters.map((manifest) => ({
    ...manifest,
    metadata: { ...manifest.metadata, namespace: manifest.metadata.namespace ?? namespace },
  }));
  const bringing = withSecrets(
    api,
    secrets.map((secret) => asStored(secret, namespace)),
  );
  const plans = [];
  for (const manifest of placed) {
    await requireKinds(api, manifest.metadata.namespace, signal);
    const known = await imagesOf(api, manifest.metadata.namespace, images, signal);
    plans.push(await planCluster({ api: bringing, clock, images: known }, manifest, signal));
  }
  return { clusters: plans, others: others.map(({ kind, metadata }) => `${kind} ${metadata.name}`) };
};

const requireKinds = async (api: KubeApi, namespace: string, signal: AbortSignal): Promise<void> => {
  try {
    await api.list(resources.postgresCluster, { namespace }, signal);
  } catch (error) {
    if (!(error instanceof HowdahError && error.kind === kubeErrors.absent)) throw error;
    throw new HowdahError(cliErrors.kindsMissing, 'the API server has no PostgresCluster', {
      cause: error,
    });
  }
};

/** A Secret that the files bring counts as it would be there. */
const withSecrets = (api: KubeApi, secrets: readonly KubeObject[]): KubeApi => ({
  ...api,
  get: async (resource, place, signal) =>
    (resource === resources.secret
      ? secrets.find(({ metadata }) => metadata.name === place.name && metadata.namespace === place.namespace)
      : undefined) ?? api.get(resource, place, signal),
});
