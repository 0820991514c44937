import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { ContainerClient, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob';
import { makeCertificate } from './certificate.ts';
import { isListening } from './reachable.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

/** The account that every Azurite has: published, so no secret. */
const accountName = 'devstoreaccount1';
const accountKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface AzureServer {
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  readonly container: string;
  readonly caFile: string;
  /** Starts the same server again on the same port and data, after `kill`. */
  start(): Promise<void>;
  /** SIGKILL. Azurite writes its catalogue only every few seconds: what came in just before is lost. */
  kill(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Azurite with TLS and an empty container. */
export const startAzureServer = async (): Promise<AzureServer> => {
  const root = await mkdtemp('/tmp/howdah-azure-');
  const certificate = await makeCertificate(root);
  const port = await freePort();
  const container = 'audit';
  const endpoint = `https://127.0.0.1:${port}/${accountName}`;
  let server: ServerProcess | undefined;
  const start = async () => {
    server = await startServerProcess({
      file: process.execPath,
      args: [
        createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js'),
        ...['--blobHost', '127.0.0.1', '--blobPort', String(port), '--location', root],
        ...['--cert', certificate.certFile, '--key', certificate.keyFile],
        ...['--silent', '--skipApiVersionCheck', '--disableProductStyleUrl'],
        // Without this it calls home at every start.
        '--disableTelemetry',
      ],
      ready: (signal) => isListening(port, signal),
    });
  };
  await start();
  await createContainer(`${endpoint}/${container}`, certificate.caFile);
  return {
    endpoint,
    accountName,
    accountKey,
    container,
    caFile: certificate.caFile,
    start,
    kill: async () => server?.kill(),
    stop: async () => {
      await server?.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
};

const createContainer = async (url: string, caFile: string): Promise<void> => {
  const agent = new Agent({ ca: readFileSync(caFile) });
  const pipeline = newPipeline(new StorageSharedKeyCredential(accountName, accountKey));
  pipeline.factories.unshift({
    create: (next) => ({
      sendRequest: (request) => {
        request.agent = agent;
        return next.sendRequest(request);
      },
    }),
  });
  await new ContainerClient(url, pipeline).create();
  agent.destroy();
};
