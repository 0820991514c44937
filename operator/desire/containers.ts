import type { AgentConfig } from './agent-configs.ts';
import { graceSeconds, ports } from './paths.ts';
import { agentMounts, postgresMounts } from './volumes.ts';
import { namesOf, type Wanted } from './wanted.ts';

const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  privileged: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

const ofPod = (name: string, fieldPath: string) => ({
  name,
  valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
});
const ofSecret = (name: string, secret: string, key: string) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
const port = (name: string, containerPort: number) => ({ name, containerPort, protocol: 'TCP' });

/** Patroni and PostgreSQL; https://patroni.readthedocs.io/en/latest/ENVIRONMENT.html */
export const postgresContainer = (wanted: Wanted) => {
  const names = namesOf(wanted.name);
  const scheme = wanted.spec.tls === undefined ? 'HTTP' : 'HTTPS';
  const asked = (path: string) => ({ path, port: 'patroni', scheme });
  return {
    name: 'postgres',
    image: postgresImage(wanted),
    imagePullPolicy: wanted.images.pullPolicy,
    env: [
      ofPod('PATRONI_NAME', 'metadata.name'),
      ofPod('PATRONI_KUBERNETES_NAMESPACE', 'metadata.namespace'),
      ofPod('PATRONI_KUBERNETES_POD_IP', 'status.podIP'),
      { name: 'PATRONI_RESTAPI_CONNECT_ADDRESS', value: `$(PATRONI_KUBERNETES_POD_IP):${ports.patroni}` },
      { name: 'PATRONI_POSTGRESQL_CONNECT_ADDRESS', value: `$(PATRONI_KUBERNETES_POD_IP):${ports.postgres}` },
      ofSecret('PATRONI_SUPERUSER_USERNAME', names.superuser, 'username'),
      ofSecret('PATRONI_SUPERUSER_PASSWORD', names.superuser, 'password'),
      ofSecret('PATRONI_REPLICATION_USERNAME', names.replication, 'username'),
      ofSecret('PATRONI_REPLICATION_PASSWORD', names.replication, 'password'),
      ofSecret('PATRONI_RESTAPI_USERNAME', names.rest, 'username'),
      ofSecret('PATRONI_RESTAPI_PASSWORD', names.rest, 'password'),
    ],
    ports: [port('postgresql', ports.postgres), port('patroni', ports.patroni)],
    // Three members are up one after the other: each waits half of this on average.
    readinessProbe: { httpGet: asked('/readiness'), periodSeconds: 2, timeoutSeconds: 5 },
    livenessProbe: {
      httpGet: asked('/liveness'),
      initialDelaySeconds: 30,
      periodSeconds: 10,
      timeoutSeconds: 5,
    },
    resources: wanted.spec.resources.postgres ?? { requests: { cpu: '100m', memory: '256Mi' } },
    securityContext: restricted,
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: postgresMounts(wanted),
  };
};

/** Undefined where the operator knows of no image of that major version. */
export const postgresImage = ({ spec: { postgres }, images }: Wanted): string | undefined =>
  postgres.image ?? images.postgres[postgres.version];

/** The five agents as a native sidecar: there before PostgreSQL starts, and still there when it stops. */
export const agentContainer = (wanted: Wanted, configs: readonly AgentConfig[]) => ({
  name: 'howdah',
  image: wanted.images.agent,
  imagePullPolicy: wanted.images.pullPolicy,
  restartPolicy: 'Always',
  env: [
    ofPod('HOWDAH_MEMBER', 'metadata.name'),
    { name: 'HOWDAH_HTTP_PORT', value: String(ports.agents) },
    // No HOWDAH_PGDATA: Kubernetes ends a native sidecar after PostgreSQL's container. Told to stop while PostgreSQL
    // runs, only this container is replaced, by new agents that are to take over at once.
    { name: 'HOWDAH_GRACE_SECONDS', value: String(graceSeconds) },
  ],
  ports: [port('howdah', ports.agents)],
  // Fails only where a restart would help. No readinessProbe: a store that is away must not take a replica out of
  // its Service. No startupProbe and no preStop: PostgreSQL waits for neither.
  livenessProbe: {
    httpGet: { path: '/healthz', port: 'howdah', scheme: 'HTTP' },
    periodSeconds: 20,
    timeoutSeconds: 5,
    failureThreshold: 6,
  },
  resources: wanted.spec.resources.agents ?? {
    requests: { cpu: '50m', memory: '128Mi' },
    limits: { memory: '512Mi' },
  },
  securityContext: restricted,
  terminationMessagePolicy: 'FallbackToLogsOnError',
  volumeMounts: agentMounts(wanted, configs),
});
