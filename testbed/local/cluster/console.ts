import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getText } from '@howdah/testbed-tools/http';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { stringify } from 'yaml';
import type { ClusterLayout } from './layout.ts';

/** console.yaml: the three members, asked often, because somebody is watching. */
export const renderConsoleYaml = (layout: ClusterLayout): string =>
  stringify({
    members: layout.members.map((member) => ({
      name: member.name,
      agentUrl: `http://127.0.0.1:${member.ports.agents}`,
      patroniUrl: `http://127.0.0.1:${member.ports.patroni}`,
    })),
    refreshSeconds: 2,
    staleAfterSeconds: 10,
  });

/** Builds the page and starts the console over the cluster's agents. */
export const startConsole = async (
  supervisor: Supervisor,
  layout: ClusterLayout,
  signal: AbortSignal,
): Promise<Managed> => {
  const directory = join(layout.runDirectory, 'console');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'console.yaml'), renderConsoleYaml(layout));
  const source = join(cloneDirectory, 'console');
  await runAs(ourselves(), process.execPath, [join(source, 'build.ts')], { signal });
  const console = await supervisor.start({
    id: 'console',
    stage: stopStages.observers,
    // Runs from the clone, which may be closed to the database user, and reads nothing of the database's.
    user: ourselves(),
    file: process.execPath,
    args: [join(source, 'main.ts')],
    env: {
      HOWDAH_CONFIG_DIR: directory,
      HOWDAH_HTTP_HOST: '127.0.0.1',
      HOWDAH_HTTP_PORT: String(layout.ports.console),
    },
    logFile: join(layout.logs, 'console.log'),
    restartAfterMs: 1_000,
  });
  await waitFor('the console', (s) => getText(`http://127.0.0.1:${layout.ports.console}/`, s), {
    deadlineMs: 30_000,
    signal,
    alive: () => console.running,
    explain: () => console.logTail(),
  });
  return console;
};
