import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { accountName, azureArguments, createAzureContainer } from '@howdah/testbed-stores/azurite';
import { isListening } from '@howdah/testbed-stores/reachable';
import { nodeAddress, storePorts } from '../addresses.ts';
import { kubeStages, type Part } from '../parts/part.ts';
import { buckets } from './s3.ts';
import { storeCertificate } from './store-certificate.ts';

export const azurite: Part = {
  id: 'azurite',
  stage: kubeStages.memory,
  prepare: async (context) => {
    const location = join(context.layout.stores, 'azurite');
    await mkdir(location, { recursive: true });
    const certificate = await storeCertificate(context, 'azurite');
    return {
      file: process.execPath,
      args: azureArguments(nodeAddress, storePorts.azurite, location, certificate),
    };
  },
  isReady: async ({ authority }, signal) => {
    if (!(await isListening(storePorts.azurite, signal, nodeAddress))) return false;
    const account = `https://${nodeAddress}:${storePorts.azurite}/${accountName}`;
    for (const container of Object.values(buckets))
      await createAzureContainer(`${account}/${container}`, authority.certificate);
    return true;
  },
  readyWithinMs: 30_000,
};
