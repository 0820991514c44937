import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HowdahError } from '@howdah/core/errors';
import { startKube } from '@howdah/testbed-kube/cluster';
import { endOwn, findOwn } from '@howdah/testbed-kube/clusters/own';
import { requireRoot } from '@howdah/testbed-kube/host/requirements';
import { archiveOf } from '@howdah/testbed-kube/images/archive-of';
import type { ClusterOrigin, KubeCluster } from '@howdah/testbed-kube/kube-cluster';
import { describeStatus } from '@howdah/testbed-kube/status';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { type Command, Option } from 'commander';
import { ensurePackages } from '../install/ensure.ts';
import { stopSignal } from './stop-signal.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** For what is read by a program: what we tell goes elsewhere. */
const murmur = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

interface Options {
  readonly cluster?: ClusterOrigin;
}

/** `./dev kube`: a Kubernetes to test on. */
export const addKube = (program: Command): void => {
  const kube = program
    .command('kube')
    .description('a real Kubernetes of one node on this machine, to test on');
  const verb = (name: string, description: string) =>
    kube.command(name).description(description).addOption(clusterOption());
  verb('up', 'start it; the first time builds it, which takes ten minutes').action(
    async (options: Options) => {
      if (originOf(options) === 'own') {
        // First: whoever may not have a node needs none of its packages.
        requireRoot();
        await ensurePackages('kube', say);
      }
      const before = performance.now();
      const cluster = await startKube({ ...startOptions(options, say) });
      say(`The cluster is up (${((performance.now() - before) / 1000).toFixed(0)} s).`);
      if (cluster.origin === 'own') say('  eval "$(./dev kube env)"; ./dev kube down ends it.');
    },
  );
  kube
    .command('down')
    .description('end it, and leave nothing behind but its images')
    .action(async () => say((await endOwn()) ? 'The cluster has ended.' : 'No cluster was running.'));
  verb('status', 'its parts, pods and addresses').action(async (options: Options) => {
    const signal = stopSignal();
    process.stdout.write(await describeStatus(await requireRunning(options), signal));
  });
  verb('env', 'prints what makes a shell use it: KUBECONFIG, and a PATH with kubectl and helm').action(
    async (options: Options) => {
      const { environment } = await requireRunning(options);
      for (const [name, value] of Object.entries(environment)) say(`export ${name}='${value}'`);
    },
  );
  verb('load', 'load an image: an archive, or a name as in howdah/agent:dev')
    .argument('<image>')
    .action(async (image: string, options: Options) => {
      const cluster = await requireRunning(options);
      await cluster.loadImage(await archiveOf(image), stopSignal());
      say(`${image} is loaded; pods use it with imagePullPolicy Never or IfNotPresent.`);
    });
  verb('shell', 'a shell that uses it').action(async (options: Options) => {
    const { environment } = await requireRunning(options);
    const shell = process.env.SHELL ?? '/bin/sh';
    const child = spawn(shell, [], { stdio: 'inherit', env: { ...process.env, ...environment } });
    const [code] = (await once(child, 'exit')) as [number | null];
    process.exitCode = code ?? 1;
  });
};

const clusterOption = (): Option =>
  new Option('--cluster <which>', 'own: built and started here; kind: an installed kind; given: KUBECONFIG')
    .choices(['own', 'kind', 'given'])
    .env('HOWDAH_KUBE_CLUSTER');

const originOf = (options: Options): ClusterOrigin => options.cluster ?? 'own';

const startOptions = (options: Options, tell: (line: string) => void) => ({
  tell,
  signal: stopSignal(),
  origin: originOf(options),
});

/** The cluster, without starting one of our own. */
const requireRunning = async (options: Options): Promise<KubeCluster> => {
  const origin = originOf(options);
  const cluster = origin === 'own' ? findOwn() : await startKube(startOptions(options, murmur));
  if (cluster === undefined)
    throw new HowdahError(errorCatalogue.notRunning, 'no cluster of this clone is up');
  return cluster;
};
