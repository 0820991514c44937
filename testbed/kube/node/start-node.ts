import { join } from 'node:path';
import { Authority } from '@howdah/testbed-tools/certificates';
import { Supervisor } from '@howdah/testbed-tools/process/supervisor';
import { KubeApi } from '../api.ts';
import { pauseImage, writePauseImage } from '../images/pause-image.ts';
import { writeKubeconfig } from '../kubeconfig.ts';
import type { KubeLayout } from '../layout.ts';
import { allParts } from '../parts/all-parts.ts';
import { containerdSocket } from '../parts/containerd.ts';
import type { NodeContext } from '../parts/part.ts';
import { runPart } from '../parts/run-part.ts';
import { writeConfig } from '../parts/write-config.ts';
import type { KubePrograms } from '../programs.ts';
import { makeCgroups } from './cgroups.ts';
import { runInNode } from './commands.ts';
import { mountNode } from './mounts.ts';
import { makeNodeNetwork } from './network.ts';
import { firstObjects } from './objects.ts';

/** Brings the node up, from inside its namespaces; returns once pods can be scheduled on it. */
export const startNode = async (
  layout: KubeLayout,
  programs: KubePrograms,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<NodeContext> => {
  await mountNode(layout, signal);
  await makeCgroups(layout.cgroup);
  const supervisor = new Supervisor(layout.record);
  const authority = await Authority.create(layout.certificates);
  const admin = await authority.issue({
    name: 'admin',
    commonName: 'howdah:admin',
    organization: 'system:masters',
  });
  await writeKubeconfig(layout.kubeconfig, authority.certificate, admin);
  const api = new KubeApi(authority.certificate, admin);
  const context = { layout, programs, supervisor, authority, api };
  const run = async (name: keyof typeof allParts) => {
    const before = performance.now();
    await runPart(context, allParts[name], signal);
    tell(`${name} is ready after ${((performance.now() - before) / 1000).toFixed(1)} s`);
  };

  await makeNodeNetwork(signal);
  const runtime = run('containerd').then(() => loadPauseImage(context, signal));
  await run('etcd');
  await run('kube-apiserver');
  await Promise.all([
    applyFirstObjects(context, signal),
    run('kube-controller-manager'),
    run('kube-scheduler'),
    run('coredns'),
    runtime.then(() => run('kubelet')),
  ]);
  // It looks for its node's address when it starts, and waits half a minute where there is none yet.
  await run('kube-proxy');
  return context;
};

const loadPauseImage = async ({ layout, programs }: NodeContext, signal: AbortSignal): Promise<void> => {
  const ctr = (...args: string[]) =>
    runInNode(join(programs.node, 'ctr'), ['-a', containerdSocket, '-n', 'k8s.io', ...args], signal);
  if ((await ctr('images', 'list', '--quiet')).includes(pauseImage)) return;
  const archive = join(layout.config, 'pause.tar');
  await writePauseImage(join(programs.node, 'pause'), archive);
  await ctr('images', 'import', archive);
};

const applyFirstObjects = async ({ layout, programs }: NodeContext, signal: AbortSignal): Promise<void> => {
  const path = await writeConfig(layout, 'first-objects.yaml', firstObjects());
  await runInNode(
    join(programs.node, 'kubectl'),
    ['--kubeconfig', layout.kubeconfig, 'apply', '-f', path],
    signal,
  );
};
