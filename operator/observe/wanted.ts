import { HowdahError } from '@howdah/core/errors';
import { type PostgresCluster, postgresCluster } from '@howdah/kinds/postgres-cluster';
import type { KubeApi } from '@howdah/kube/api';
import type { KubeObject } from '@howdah/kube/object';
import { resources } from '@howdah/kube/resource';
import * as z from 'zod';
import type { Actions } from '../actions/actions.ts';
import type { Backups } from '../backups/backups.ts';
import { requestsOf } from '../backups/requests.ts';
import { authorities, authorityIn } from '../desire/authority.ts';
import { type Images, namesOf, type Wanted } from '../desire/wanted.ts';
import { operatorErrors } from '../errors.ts';
import type { Mirrors } from '../mirrors.ts';
import { findSecret } from '../users/find-secret.ts';
import { secretNameOf } from '../users/user-secret.ts';
import { configMapsIn } from './config-maps.ts';
import { readSecrets, secretNeeds } from './named-secrets.ts';
import type { MemberPod } from './pods.ts';

/** @throws HowdahError for what the API server should not have taken. */
export const parseCluster = (object: KubeObject): PostgresCluster => {
  const parsed = postgresCluster.safeParse(object);
  if (parsed.success) return parsed.data;
  throw new HowdahError(
    operatorErrors.unexpectedObject,
    `PostgresCluster ${object.metadata.name}: ${z.prettifyError(parsed.error)}`,
  );
};

export interface WantedInput {
  readonly api: Pick<KubeApi, 'get'>;
  readonly mirrors: Pick<Mirrors, 'child' | 'children' | 'hasPodMonitors'>;
  readonly images: Images;
  readonly actions: Pick<Actions, 'requests'>;
  readonly backups: Pick<Backups, 'of'>;
}

/** The spec, with everything else that a cluster's objects follow from. */
export const readWanted = async (
  { api, mirrors, images, actions, backups }: WantedInput,
  { metadata, spec }: PostgresCluster,
  pods: readonly MemberPod[],
  signal: AbortSignal,
): Promise<Wanted> => {
  const { name, namespace, uid } = metadata;
  // A pod may still have the certificate of a Secret that the spec names no more.
  const served = [...new Set(pods.map(({ tlsSecret }) => tlsSecret))];
  const certificates = [spec.tls?.secretName, ...served].flatMap((secret) => secret ?? []);
  const named = new Set([...secretNeeds(spec).map((need) => need.name), ...certificates]);
  const secrets = await readSecrets(api, namespace, named, signal);
  const userSecrets = await Promise.all(
    spec.users.map((user) => findSecret({ api, mirrors }, namespace, secretNameOf(name, user), signal)),
  );
  const requests = [
    ...requestsOf(backups.of(namespace, name)),
    ...actions.requests(namespace, name, spec.backup),
  ];
  const former = configMapsIn(mirrors, namespace)(namesOf(name).authority)['ca.crt'];
  const current = certificates.flatMap((secret) => authorityIn(secrets[secret]) ?? []);
  const authority = current.length === 0 ? undefined : authorities([...new Set(current)].join('\n'), former);
  return {
    ...{ name, namespace, uid, spec, images, secrets, served, requests },
    ...(authority === undefined ? {} : { authority }),
    userSecrets: userSecrets.filter((secret) => secret !== undefined),
    claims: mirrors.children(resources.persistentVolumeClaim, namespace, name),
    has: { podMonitor: mirrors.hasPodMonitors },
  };
};
