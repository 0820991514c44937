import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isListening } from '@howdah/testbed-stores/reachable';
import { ensureS3Program, s3Command } from '@howdah/testbed-stores/versitygw';
import { nodeAddress, storePorts } from '../addresses.ts';
import { kubeStages, type Part } from '../parts/part.ts';
import { storeCertificate } from './store-certificate.ts';

export const s3Credentials = { accessKeyId: 'howdah-test', secretAccessKey: 'howdah-test-secret' };
export const buckets = { backup: 'backup', audit: 'audit' } as const;

export const s3: Part = {
  id: 's3',
  stage: kubeStages.memory,
  prepare: async (context) => {
    const directory = join(context.layout.stores, 's3');
    const [data, meta] = [join(directory, 'data'), join(directory, 'meta')];
    for (const bucket of Object.values(buckets)) await mkdir(join(data, bucket), { recursive: true });
    await mkdir(meta);
    return {
      file: await ensureS3Program(() => undefined),
      ...s3Command(
        `${nodeAddress}:${storePorts.s3}`,
        await storeCertificate(context, 's3'),
        { data, meta },
        s3Credentials,
      ),
    };
  },
  isReady: (_context, signal) => isListening(storePorts.s3, signal, nodeAddress),
  readyWithinMs: 30_000,
};
