import { join } from 'node:path';
import { apiServerPort, apiServiceAddress, etcdUrl, nodeAddress, serviceRange } from '../addresses.ts';
import { makeSigningKey } from '../signing-key.ts';
import { kubeStages, type Part } from './part.ts';

export const apiServer: Part = {
  id: 'kube-apiserver',
  stage: kubeStages.api,
  prepare: async ({ layout, programs, authority }) => {
    const [server, toKubelet, tokens] = await Promise.all([
      authority.issue({
        name: 'kube-apiserver',
        commonName: 'kube-apiserver',
        alternatives: [
          ...[nodeAddress, apiServiceAddress, '127.0.0.1'].map((address) => `IP:${address}`),
          ...['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'].map(
            (name) => `DNS:${name}`,
          ),
          'DNS:kubernetes.default.svc.cluster.local',
        ],
      }),
      authority.issue({
        name: 'kube-apiserver-to-kubelet',
        commonName: 'kube-apiserver',
        organization: 'system:masters',
      }),
      makeSigningKey(layout.certificates),
    ]);
    return {
      file: join(programs.node, 'kube-apiserver'),
      args: [
        `--advertise-address=${nodeAddress}`,
        `--secure-port=${apiServerPort}`,
        `--etcd-servers=${etcdUrl}`,
        `--service-cluster-ip-range=${serviceRange}`,
        `--client-ca-file=${authority.certificate}`,
        `--tls-cert-file=${server.certificate}`,
        `--tls-private-key-file=${server.key}`,
        `--kubelet-client-certificate=${toKubelet.certificate}`,
        `--kubelet-client-key=${toKubelet.key}`,
        '--kubelet-preferred-address-types=InternalIP',
        '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
        `--service-account-signing-key-file=${tokens.private}`,
        `--service-account-key-file=${tokens.public}`,
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        '--allow-privileged=true',
        '--profiling=false',
      ],
    };
  },
  isReady: async ({ api }, signal) => (await api.call('GET', '/readyz', signal)) === 'ok',
  readyWithinMs: 120_000,
};

/** Where {@link makeSigningKey} puts the key that the controller manager signs tokens with. */
export const tokenKey = (certificates: string): string => join(certificates, 'tokens.key');
