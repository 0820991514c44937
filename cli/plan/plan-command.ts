import { readFile } from 'node:fs/promises';
import { systemClock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { readBounded } from '@howdah/core/read-bounded';
import type { Command } from 'commander';
import { cliErrors } from '../errors.ts';
import { exitConfiguration, type Surroundings } from '../surroundings.ts';

interface PlanOptions {
  readonly file: readonly string[];
  readonly namespace?: string;
  readonly operatorNamespace?: string;
  readonly agentImage?: string;
  readonly postgresImages?: string;
  readonly json?: boolean;
}

/** `howdah plan`; what knows Kubernetes is loaded when it is called, and not before. */
export const addPlan = (program: Command, surroundings: Surroundings): void => {
  program
    .command('plan')
    .description(
      'what the operator would do if these manifests were applied; changes nothing; ends with 78 when it would refuse',
    )
    .requiredOption('-f, --file <file...>', 'manifests of PostgresClusters; - is standard input')
    .option('-n, --namespace <name>', 'of manifests that name none (default: of the kubeconfig)')
    .option('--operator-namespace <name>', 'where the operator runs (default: it is looked for)')
    .option('--agent-image <image>', 'instead of the running operator’s')
    .option('--postgres-images <map>', 'instead of the running operator’s: 15=<image>,17=<image>')
    .option('--json', 'for programs')
    .action(async (options: PlanOptions) => {
      const { write, style, signal, exitWith, readInput } = surroundings;
      const texts = await Promise.all(options.file.map((file) => textOf(file, readInput)));
      const { connectKube } = await import('@howdah/kube/connection');
      const { planManifests } = await import('./plan.ts');
      const { planJson, planText } = await import('./plan-text.ts');
      const connection = connectKube();
      try {
        const plan = await planManifests(
          {
            ...{ connection, clock: systemClock, text: texts.join('\n---\n'), namespace: options.namespace },
            images: {
              agent: options.agentImage,
              postgres: options.postgresImages,
              operatorNamespace: options.operatorNamespace,
            },
          },
          signal,
        );
        write(options.json === true ? planJson(plan) : planText(plan, style));
        const wrong = plan.clusters.some(
          ({ refusals, configProblems }) => refusals.length + configProblems.length > 0,
        );
        if (wrong) exitWith(exitConfiguration);
      } finally {
        connection.close();
      }
    });
};

/** Larger than what etcd keeps of one object. */
const largestBytes = 4 * 1024 * 1024;

const textOf = async (file: string, readInput: Surroundings['readInput']): Promise<string> => {
  const unreadable = (message: string, cause?: unknown) =>
    new HowdahError(cliErrors.manifestUnreadable, `${file}: ${message}`, { cause });
  if (file === '-') return readBounded(readInput(), largestBytes, unreadable);
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= largestBytes) return text;
  } catch (cause) {
    throw unreadable('cannot be read', cause);
  }
  throw unreadable(`has more than ${largestBytes} bytes`);
};
