import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { cloneDirectory } from '@howdah/testbed-tools/workspace';
import { ourselves } from '@howdah/testing/run-as';
import { type AzureAccount, createContainer } from './azure-rest.ts';
import type { ClusterLayout } from './layout.ts';

export const auditContainer = 'audit';

/**
 * The account that Azurite knows without being told, and its published key
 * (https://learn.microsoft.com/azure/storage/common/storage-use-azurite): no secret.
 */
export const emulatorAccount = (port: number): AzureAccount => ({
  endpoint: `http://127.0.0.1:${port}/devstoreaccount1`,
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
});

/** The object store: Azurite with its blobs on disk, and the container for audit segments. */
export const startAzurite = async (
  supervisor: Supervisor,
  layout: ClusterLayout,
  signal: AbortSignal,
): Promise<Managed> => {
  const location = join(layout.runDirectory, 'azurite');
  await mkdir(location, { recursive: true });
  const port = layout.ports.azurite;
  const azurite = await supervisor.start({
    id: 'azurite',
    stage: stopStages.stores,
    // Runs from the clone's node_modules, which may be closed to the database user.
    user: ourselves(),
    file: process.execPath,
    args: [
      join(cloneDirectory, 'node_modules/azurite/dist/src/blob/main.js'),
      ...['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', location],
      ...['--silent', '--skipApiVersionCheck', '--disableProductStyleUrl'],
      // Without this it calls home at every start.
      '--disableTelemetry',
    ],
    logFile: join(layout.logs, 'azurite.log'),
  });
  await waitFor('the object store', (s) => createContainer(emulatorAccount(port), auditContainer, s), {
    deadlineMs: 30_000,
    signal,
    alive: () => azurite.running,
    explain: () => azurite.logTail(),
  });
  return azurite;
};
