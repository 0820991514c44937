import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { errorCatalogue } from '../errors.ts';
import type { KubeCluster, StartOptions } from '../kube-cluster.ts';
import { decideKubeLayout } from '../layout.ts';
import { ensureClients } from '../programs.ts';
import { clientsFor } from './clients.ts';
import { notOurs } from './not-ours.ts';

/** The name that `kind create cluster` gives when none is said. */
const defaultName = 'kind';

/** An installed kind's running cluster (KIND_CLUSTER_NAME, else `kind`), which stays as it is. */
export const attachToKind = async ({ tell, signal }: StartOptions): Promise<KubeCluster> => {
  const name = process.env.KIND_CLUSTER_NAME ?? defaultName;
  const workspace = currentWorkspace();
  const kubeconfig = `${decideKubeLayout(workspace).state}/kind.kubeconfig`;
  const { stdout } = await kind(['get', 'kubeconfig', '--name', name], signal).catch((cause) => {
    throw new HowdahError(
      errorCatalogue.clusterMissing,
      `kind has no cluster ${name}: kind create cluster --config testbed/kube/kind.yaml`,
      { cause },
    );
  });
  await mkdir(dirname(kubeconfig), { recursive: true });
  await writeFile(kubeconfig, stdout, { mode: 0o600 });
  const programs = await ensureClients(workspace, tell);
  return {
    origin: 'kind',
    kubeconfig,
    nodeAddress: await gateway(signal),
    ...clientsFor(kubeconfig, programs.clients),
    ...notOurs('kind'),
    loadImage: async (archive, each) => {
      await kind(['load', 'image-archive', resolve(archive), '--name', name], each);
    },
  };
};

const kind = (args: readonly string[], signal: AbortSignal) =>
  runAs(ourselves(), 'kind', args, { signal, timeoutMs: 300_000, env: { PATH: process.env.PATH ?? '' } });

/** Where kind's nodes reach this machine: the IPv4 gateway of docker's network for them. */
const gateway = async (signal: AbortSignal): Promise<string> => {
  const format = '{{range .IPAM.Config}}{{.Gateway}} {{end}}';
  const { stdout } = await runAs(ourselves(), 'docker', ['network', 'inspect', 'kind', '--format', format], {
    signal,
    env: { PATH: process.env.PATH ?? '' },
  });
  return stdout.split(/\s+/).find((address) => /^\d+\./.test(address)) ?? '';
};
