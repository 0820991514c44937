import { rmSync, writeFileSync } from 'node:fs';
import { describeError } from '@howdah/core/errors';
import { listenForOrders } from '@howdah/testbed-tools/process/orders';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { decideKubeLayout } from '../layout.ts';
import { programDirectories } from '../programs.ts';
import { VolumeDirectories } from '../storage/directories.ts';
import { Provisioner } from '../storage/provisioner.ts';
import { obey } from './obey.ts';
import { order } from './order.ts';
import { serveTargets } from './serve-targets.ts';
import { startNode } from './start-node.ts';

// Started by launch.ts inside the node's namespaces; runs until it is asked to end.
const workspace = currentWorkspace();
const layout = decideKubeLayout(workspace);
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

try {
  const context = await startNode(layout, programDirectories(workspace), tell, stop.signal);
  const volumes = new Provisioner(context.api, new VolumeDirectories(layout.volumes), tell);
  const provisioning = volumes.run(stop.signal);
  await serveTargets(context.api, stop.signal);
  await listenForOrders(
    layout.controlSocket,
    (asked) => obey(context, order.parse(asked), stop.signal),
    stop.signal,
  );
  writeFileSync(layout.facts, `${JSON.stringify({ format: 1, kubeconfig: layout.kubeconfig })}\n`);
  await provisioning;
  rmSync(layout.facts, { force: true });
  await context.supervisor.stopAll();
} catch (error) {
  if (!stop.signal.aborted) tell(`the node did not start: ${describeError(error)}`);
  process.exitCode = stop.signal.aborted ? 0 : 1;
}
process.exit();
