import { stringify } from 'yaml';
import { pauseImage } from '../images/pause-image.ts';
import type { KubeCluster } from '../kube-cluster.ts';

/** Makes a namespace of its own for one test file, and takes it away at the end. */
export const useNamespace = async (
  cluster: KubeCluster,
  name: string,
  signal: AbortSignal,
): Promise<AsyncDisposable & { apply(...objects: readonly object[]): Promise<void> }> => {
  await cluster.kubectl(['create', 'namespace', name], signal);
  return {
    apply: async (...objects) => {
      const input = objects.map((object) => stringify(object)).join('---\n');
      await cluster.kubectl(['apply', '--namespace', name, '-f', '-'], signal, { input });
    },
    [Symbol.asyncDispose]: async () => {
      const args = ['delete', 'namespace', name, '--wait', '--timeout=90s'];
      await cluster.kubectl(args, AbortSignal.timeout(100_000), { timeoutMs: 100_000 });
    },
  };
};

/** A claim on a volume. */
export const claimOf = (name: string, storageClassName: string, size: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name },
  spec: { storageClassName, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
});

/** A pod that does nothing, with one claim mounted at /data. */
export const idlePod = (name: string, claimName: string, fsGroup: number) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    terminationGracePeriodSeconds: 2,
    securityContext: { fsGroup, runAsUser: fsGroup, runAsGroup: fsGroup },
    containers: [
      {
        name: 'idle',
        image: pauseImage,
        imagePullPolicy: 'Never',
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
  },
});

/** A pod that does nothing, and says that it has metrics. */
export const podWithMetrics = (
  name: string,
  labels: Readonly<Record<string, string>>,
  image = pauseImage,
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: {
    terminationGracePeriodSeconds: 2,
    containers: [
      {
        name: 'idle',
        image,
        imagePullPolicy: 'Never',
        ports: [{ name: 'metrics', containerPort: 9187 }],
      },
    ],
  },
});

/** How a pod that runs kubectl asks `server`, by name: with its own account's token and authority. */
export const accountConfig = (name: string, server: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: {
    kubeconfig: stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'pod',
      contexts: [{ name: 'pod', context: { cluster: 'pod', user: 'pod' } }],
      clusters: [{ name: 'pod', cluster: { server, 'certificate-authority': `${account}/ca.crt` } }],
      users: [{ name: 'pod', user: { tokenFile: `${account}/token` } }],
    }),
  },
});

const account = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * A pod that runs kubectl once, with the {@link accountConfig} of its own name. It needs no image of its own:
 * kubectl is one static file.
 */
export const kubectlPod = (name: string, kubectl: string, args: readonly string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    restartPolicy: 'Never',
    containers: [
      {
        name: 'kubectl',
        image: pauseImage,
        imagePullPolicy: 'Never',
        command: ['/tools/kubectl', '--kubeconfig=/config/kubeconfig', ...args],
        volumeMounts: [
          { name: 'tools', mountPath: '/tools/kubectl', readOnly: true },
          { name: 'config', mountPath: '/config' },
        ],
      },
    ],
    volumes: [
      { name: 'tools', hostPath: { path: kubectl, type: 'File' } },
      { name: 'config', configMap: { name } },
    ],
  },
});
