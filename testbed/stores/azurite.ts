import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:https';
import { createRequire } from 'node:module';
import { ContainerClient, newPipeline, StorageSharedKeyCredential } from '@azure/storage-blob';
import { type Certificate, makeCertificate } from './certificate.ts';
import { isListening } from './reachable.ts';
import { freePort, type ServerProcess, startServerProcess } from './server-process.ts';

/** The account that every Azurite has, and its key: published, so no secret. */
export const accountName = 'devstoreaccount1';
export const accountKey =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

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

/** What Node is started with to become Azurite, with TLS and its data in `location`. */
export const azureArguments = (
  host: string,
  port: number,
  location: string,
  certificate: Certificate,
): readonly string[] => [
  createRequire(import.meta.url).resolve('azurite/dist/src/blob/main.js'),
  ...['--blobHost', host, '--blobPort', String(port), '--location', location],
  ...['--cert', certificate.certFile, '--key', certificate.keyFile],
  ...['--silent', '--skipApiVersionCheck', '--disableProductStyleUrl'],
  // Without this it calls home at every start.
  '--disableTelemetry',
];

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
      args: azureArguments('127.0.0.1', port, root, certificate),
      ready: (signal) => isListening(port, signal),
    });
  };
  await start();
  await createAzureContainer(`${endpoint}/${container}`, certificate.caFile);
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

/** Makes a container of the well-known account; `url` ends with its name. */
export const createAzureContainer = async (url: string, caFile: string): Promise<void> => {
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
