import * as z from 'zod';

const words = z.record(z.string(), z.string());
const port = z.looseObject({ name: z.string(), containerPort: z.int() });
const environment = z.looseObject({ name: z.string(), value: z.string().optional() });

/** Strict: that operator takes nothing else of a sidecar into the container, and says nothing of it. */
const sidecar = z.strictObject({
  name: z.string(),
  image: z.string(),
  ports: z.array(port),
  env: z.array(environment),
  resources: z.object({ requests: words, limits: words }),
});
const additionalVolume = z.strictObject({
  name: z.string(),
  mountPath: z.string(),
  subPath: z.string().optional(),
  targetContainers: z.array(z.string()).default([]),
  volumeSource: z.looseObject({}),
});

/** What of its manifest makes a pod, and the keys beside it that the example uses. */
export const zalandoManifest = z.object({
  apiVersion: z.literal('acid.zalan.do/v1'),
  kind: z.literal('postgresql'),
  metadata: z.object({ name: z.string(), labels: words }),
  spec: z.strictObject({
    teamId: z.string(),
    numberOfInstances: z.int(),
    volume: z.strictObject({ size: z.string() }),
    postgresql: z.strictObject({ version: z.string() }),
    spiloRunAsUser: z.int(),
    spiloRunAsGroup: z.int(),
    spiloFSGroup: z.int(),
    users: z.record(z.string(), z.array(z.string())),
    sidecars: z.array(sidecar),
    additionalVolumes: z.array(additionalVolume),
  }),
});
export type ZalandoManifest = z.infer<typeof zalandoManifest>;

const dataVolume = { name: 'pgdata', mountPath: '/home/postgres/pgdata' };
const fromField = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** The name of the Secret in which that operator keeps a user's password: underscores cannot stand in one. */
export const credentialsSecret = (user: string, cluster: string): string =>
  `${user.replaceAll('_', '-')}.${cluster}.credentials.postgresql.acid.zalan.do`;

/**
 * The pod that the operator of Zalando makes of a manifest, as far as sidecars and additional volumes go, by its defaults:
 * each sidecar has the data volume, the superuser's password, and the volumes that name it, all writable. A volume whose
 * path is taken already is left out.
 *
 * @see https://github.com/zalando/postgres-operator/blob/master/pkg/cluster/k8sres.go
 */
export const zalandoPod = ({ metadata, spec }: ZalandoManifest) => {
  const volumes: z.infer<typeof additionalVolume>[] = [];
  const taken = new Set([dataVolume.mountPath]);
  for (const volume of spec.additionalVolumes) {
    if (taken.has(volume.mountPath)) continue;
    taken.add(volume.mountPath);
    volumes.push(volume);
  }
  const ofOperator = [
    fromField('POD_NAME', 'metadata.name'),
    fromField('POD_NAMESPACE', 'metadata.namespace'),
    { name: 'POSTGRES_USER', value: 'postgres' },
    {
      name: 'POSTGRES_PASSWORD',
      valueFrom: {
        secretKeyRef: { name: credentialsSecret('postgres', metadata.name), key: 'password' },
      },
    },
  ];
  const mountsOf = (container: string) => [
    dataVolume,
    ...volumes
      .filter(({ targetContainers: [only = 'postgres', ...more] }) =>
        only === 'all' ? true : [only, ...more].includes(container),
      )
      .map(({ name, mountPath, subPath }) => ({
        name,
        mountPath,
        ...(subPath === undefined ? {} : { subPath }),
      })),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-0`,
      labels: { application: 'spilo', 'cluster-name': metadata.name, team: spec.teamId },
    },
    spec: {
      securityContext: {
        runAsUser: spec.spiloRunAsUser,
        runAsGroup: spec.spiloRunAsGroup,
        fsGroup: spec.spiloFSGroup,
      },
      containers: [
        { name: 'postgres', image: 'spilo', volumeMounts: mountsOf('postgres') },
        ...spec.sidecars.map(({ env, ...container }) => ({
          ...container,
          imagePullPolicy: 'IfNotPresent',
          volumeMounts: mountsOf(container.name),
          // What the manifest names stays; its own come beside.
          env: [...env, ...ofOperator.filter(({ name }) => env.every((one) => one.name !== name))],
        })),
      ],
      volumes: [
        { name: dataVolume.name, persistentVolumeClaim: { claimName: `pgdata-${metadata.name}-0` } },
        ...volumes.map(({ name, volumeSource }) => ({ name, ...volumeSource })),
      ],
    },
  };
};
