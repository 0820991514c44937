import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeLayout } from '../layout.ts';
import { kubeletRoot } from '../parts/kubelet.ts';
import { runInNode } from './commands.ts';

/**
 * Gives the node file systems of its own in the places where Kubernetes, containerd and CNI insist on
 * writing. All of it is seen in the node's mount namespace only, and ends with it.
 */
export const mountNode = async (layout: KubeLayout, signal: AbortSignal): Promise<void> => {
  const mount = (...args: string[]) => runInNode('mount', args, signal);
  // Volumes that the kubelet mounts have to show up in pods; nothing shows up outside of this namespace.
  await mount('--make-rshared', '/');
  await mount('-t', 'tmpfs', '-o', 'mode=0755', 'howdah', '/run');
  for (const [source, target] of [[layout.varLog, '/var/log']] as const)
    await mount('--bind', source, target);
  // An overlay, so that directories which this machine does not have can be mounted on, and none is left on it.
  const layers = join('/run/howdah-var-lib');
  await mkdir(join(layers, 'upper'), { recursive: true });
  await mkdir(join(layers, 'work'));
  const options = `lowerdir=/var/lib,upperdir=${layers}/upper,workdir=${layers}/work`;
  await mount('-t', 'overlay', '-o', options, 'howdah', '/var/lib');
  for (const [source, target] of [
    [layout.kubelet, kubeletRoot],
    [layout.cni, '/var/lib/cni'],
  ] as const) {
    await mkdir(target, { recursive: true });
    await mount('--bind', source, target);
  }
  await coverTunables(mount);
};

/**
 * The kubelet sets these for the whole machine, and nobody would set them back. So it finds them set
 * already: a file with the value that it wants lies over each (pkg/kubelet/cm, setupKernelTunables).
 */
const tunables = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
} as const;

const coverTunables = async (mount: (...args: string[]) => Promise<unknown>): Promise<void> => {
  for (const [name, value] of Object.entries(tunables)) {
    const cover = join('/run', `tunable-${name.replaceAll('/', '-')}`);
    await writeFile(cover, `${value}\n`);
    await mount('--bind', cover, join('/proc/sys', name));
  }
};
