import { join } from 'node:path';
import { isListening } from '@howdah/testbed-stores/reachable';
import { prepareWebServer, webArguments } from '@howdah/testbed-stores/web';
import { nodeAddress, storePorts } from '../addresses.ts';
import { kubeStages, type Part } from '../parts/part.ts';
import { storeCertificate } from './store-certificate.ts';

export const webUser = { username: 'howdah', password: 'web-test-password' };

export const web: Part = {
  id: 'web',
  stage: kubeStages.memory,
  prepare: async (context) => {
    const root = join(context.layout.stores, 'web');
    const listen = `${nodeAddress}:${storePorts.web}`;
    const config = await prepareWebServer(root, listen, await storeCertificate(context, 'web'), webUser);
    return { file: '/usr/sbin/nginx', args: webArguments(root, config) };
  },
  isReady: (_context, signal) => isListening(storePorts.web, signal, nodeAddress),
  readyWithinMs: 30_000,
};
