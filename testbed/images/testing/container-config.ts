import type { OpenImage } from './open-image.ts';

export interface Mount {
  readonly at: string;
  readonly from: string;
  readonly readOnly?: boolean;
}

export interface ContainerOptions {
  readonly uid: number;
  readonly gid: number;
  /** Instead of the image's command. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly mounts?: readonly Mount[];
}

/** What every runtime mounts into a container. */
const fromTheMachine: readonly Mount[] = ['/etc/hosts', '/etc/resolv.conf'].map((path) => ({
  at: path,
  from: path,
  readOnly: true,
}));

/**
 * config.json for runc (OCI runtime-spec), as Pod Security's `restricted` level would have it: no capability, no
 * way to more, and a root file system that is read-only. The network is the machine's own.
 */
export const containerConfig = (image: OpenImage, options: ContainerOptions): unknown => ({
  ociVersion: '1.0.2',
  process: {
    user: { uid: options.uid, gid: options.gid },
    args: options.args ?? [...image.config.Entrypoint, ...image.config.Cmd],
    env: [
      ...image.config.Env,
      ...Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ],
    cwd: image.config.WorkingDir,
    noNewPrivileges: true,
    capabilities: { bounding: [], effective: [], permitted: [] },
  },
  root: { path: image.root, readonly: true },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
    { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['nosuid', 'nodev', 'mode=1777'] },
    ...[...fromTheMachine, ...(options.mounts ?? [])].map(({ at, from, readOnly = false }) => ({
      destination: at,
      type: 'bind',
      source: from,
      options: ['rbind', readOnly ? 'ro' : 'rw'],
    })),
  ],
  linux: { namespaces: ['pid', 'ipc', 'uts', 'mount'].map((type) => ({ type })) },
});
