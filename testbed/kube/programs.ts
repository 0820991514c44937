import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureOpenSearch } from '@howdah/testbed-stores/opensearch';
import { ensureS3Program } from '@howdah/testbed-stores/versitygw';
import { goBuild, goInstall, goSource } from '@howdah/testbed-tools/go';
import type { Workspace } from '@howdah/testbed-tools/workspace';

const kubernetesVersion = '1.36.3';
const containerd = 'github.com/containerd/containerd/v2/cmd';
const containerdVersion = 'v2.2.1';

const source = (name: string): string => fileURLToPath(new URL(`programs/${name}`, import.meta.url));

/** Folders of links, so that a PATH can name them. */
export interface KubePrograms {
  /** kubectl, helm and kubeconform: what people and tests call. */
  readonly clients: string;
  /** Everything that the node runs. */
  readonly node: string;
}

export const programDirectories = (workspace: Workspace): KubePrograms => ({
  clients: join(workspace.tools, 'kube/bin'),
  node: join(workspace.tools, 'kube/node'),
});

/** kubectl alone is a name of the program that is all of Kubernetes, so there is no building less. */
export const ensureClients = async (
  workspace: Workspace,
  tell: (line: string) => void,
): Promise<KubePrograms> => {
  const directories = programDirectories(workspace);
  await link(directories.clients, 'kubectl', await kubernetes(workspace, tell));
  for (const module of [
    'helm.sh/helm/v4/cmd/helm@v4.3.1',
    'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
  ]) {
    const program = await goInstall(workspace, module, tell);
    await link(directories.clients, basename(program), program);
  }
  return directories;
};

/** Builds what is missing, one after the other: each of the builds alone uses every core. */
export const ensurePrograms = async (
  workspace: Workspace,
  tell: (line: string) => void,
): Promise<KubePrograms> => {
  const directories = await ensureClients(workspace, tell);
  const binary = await kubernetes(workspace, tell);
  for (const name of parts) await link(directories.node, name, binary);
  for (const name of ['etcd', 'pause'])
    await link(
      directories.node,
      name,
      await goBuild(workspace, { name, directory: source(name), announcement: `building ${name}` }, tell),
    );
  const modules = [
    ...['containerd', 'containerd-shim-runc-v2', 'ctr'].map(
      (name) => `${containerd}/${name}@${containerdVersion}`,
    ),
    'github.com/coredns/coredns@v1.14.7',
  ];
  for (const module of modules) {
    const program = await goInstall(workspace, module, tell);
    await link(directories.node, basename(program), program);
  }
  // Inside the node there is no way to a registry: what its stores need is built before.
  await ensureS3Program(tell);
  await ensureOpenSearch(tell);
  return directories;
};

/** The folder with the source of Kubernetes: the documents of its API lie beside the code. */
export const kubernetesSource = (workspace: Workspace, tell: (line: string) => void): Promise<string> =>
  goSource(workspace, `k8s.io/kubernetes@v${kubernetesVersion}`, tell);

const parts = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
];

const kubernetes = (workspace: Workspace, tell: (line: string) => void): Promise<string> => {
  const [major, minor] = kubernetesVersion.split('.');
  const version = 'k8s.io/component-base/version';
  const values = [
    `-X ${version}.gitVersion=v${kubernetesVersion}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
  ];
  return goBuild(
    workspace,
    {
      name: 'kubernetes',
      directory: source('kubernetes'),
      ldflags: `-s -w ${values.join(' ')}`,
      announcement: `building Kubernetes ${kubernetesVersion} (five minutes on two cores, once)`,
    },
    tell,
  );
};

/** Makes `directory/name` lead to `target`, in one step: somebody may be about to start it. */
const link = async (directory: string, name: string, target: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  const fresh = join(directory, `.${name}.${process.pid}`);
  await rm(fresh, { force: true });
  await symlink(target, fresh);
  await rename(fresh, join(directory, name));
};
