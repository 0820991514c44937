import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Workspace } from '@howdah/testbed-tools/workspace';

/** Where the own cluster keeps what it makes. */
export interface KubeLayout {
  readonly state: string;
  readonly logs: string;
  readonly certificates: string;
  /** The administrator's. */
  readonly kubeconfig: string;
  /** Configuration files of the parts, rendered at each start. */
  readonly config: string;
  /** Images stay over the end of a cluster; everything else is gone with it. */
  readonly images: string;
  readonly etcd: string;
  readonly kubelet: string;
  /** Mounted at /var/lib/cni and /var/log in the node's namespace, where their users insist on them. */
  readonly cni: string;
  readonly varLog: string;
  /** Directories of persistent volumes. */
  readonly volumes: string;
  readonly stores: string;
  /** What another process needs to find the running cluster. */
  readonly facts: string;
  /** What has been taken of this machine outside the node's namespaces. */
  readonly node: string;
  readonly controlSocket: string;
  /** What the node's processes are written down in, with their numbers inside. */
  readonly record: string;
  /** The cgroup below which all pods live, in every hierarchy. */
  readonly cgroup: string;
}

/** A unix socket's path has room for 107 bytes (unix(7)); this leaves some for its name. */
const longestState = 80;

export const decideKubeLayout = (workspace: Workspace): KubeLayout => {
  const hash = createHash('sha256').update(workspace.clone).digest('hex').slice(0, 10);
  const inside = join(workspace.clone, '.kube');
  const state = workspace.outside || inside.length > longestState ? `/var/tmp/howdah-${hash}/kube` : inside;
  const at = (name: string) => join(state, name);
  return {
    state,
    logs: at('logs'),
    certificates: at('certificates'),
    kubeconfig: at('kubeconfig'),
    config: at('config'),
    images: at('containerd'),
    etcd: at('etcd'),
    kubelet: at('kubelet'),
    cni: at('cni'),
    varLog: at('var-log'),
    volumes: at('volumes'),
    stores: at('stores'),
    facts: at('facts.json'),
    node: at('node.json'),
    controlSocket: at('control.sock'),
    record: at('run.json'),
    cgroup: `/howdah-${hash}`,
  };
};

/** What does not outlive a cluster. */
export const passingDirectories = (layout: KubeLayout): readonly string[] => [
  layout.certificates,
  layout.config,
  layout.etcd,
  layout.kubelet,
  layout.cni,
  layout.varLog,
  layout.volumes,
  layout.stores,
];
