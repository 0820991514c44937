import { fileURLToPath } from 'node:url';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import type { Command } from 'commander';
import { breakages } from '../demo/breaks.ts';
import { sendOrder } from '../demo/control.ts';
import { startDetached } from '../demo/detach.ts';
import { requireFacts } from '../demo/files.ts';
import { demoInfo, formatInfo } from '../demo/info.ts';
import { startNarrator } from '../demo/narrator.ts';
import { runDemo } from '../demo/run-demo.ts';
import { stopDemo } from '../demo/stop-demo.ts';
import { stopSignal } from './stop-signal.ts';

const devScript = fileURLToPath(new URL('../dev.ts', import.meta.url));

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** `./dev demo` and everything one does with a running demo. */
export const addDemo = (program: Command): void => {
  const demo = program
    .command('demo')
    .description('a Patroni cluster with the agents on this machine, telling what happens')
    .option('--detach', 'return once it is up, and leave it running')
    .option('--in-docker', 'in a Debian container (taken care of before Node is there)')
    .action(async (options: { detach?: boolean }) => {
      const workspace = currentWorkspace();
      if (options.detach === true) {
        const log = await startDetached(workspace, devScript);
        return say(`The demo is up, and goes on telling in ${log}. ./dev demo stop ends it.`);
      }
      await runDemo(workspace, startNarrator(), stopSignal());
    });
  demo
    .command('stop')
    .description('end the demo and everything it started')
    .action(async () =>
      say((await stopDemo(currentWorkspace())) ? 'The demo has ended.' : 'No demo was running.'),
    );
  demo
    .command('info')
    .description('every address, path and user')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }) => {
      const info = await demoInfo(await requireFacts(currentWorkspace()), AbortSignal.timeout(5_000));
      process.stdout.write(options.json === true ? `${JSON.stringify(info, null, 2)}\n` : formatInfo(info));
    });
  demo
    .command('failover')
    .description('hand the primary role to another member')
    .action(async () => {
      const { controlSocket } = await requireFacts(currentWorkspace());
      await sendOrder(controlSocket, { verb: 'failover' }, say);
    });
  for (const verb of ['break', 'mend'] as const) {
    const list = breakages.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`).join('\n');
    demo
      .command(`${verb} <what>`)
      .description(verb === 'break' ? 'break a part, to see what happens' : 'mend what was broken')
      .addHelpText('after', `\nWhat there is to ${verb}:\n${list}`)
      .action(async (what: string) => {
        const { controlSocket } = await requireFacts(currentWorkspace());
        await sendOrder(controlSocket, { verb, what }, say);
      });
  }
};
