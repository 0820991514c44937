import { systemClock } from '@howdah/core/clock';
import type { RepositoryStoreConfig } from '@howdah/objectstore/config';
import { openRepositoryStore } from '@howdah/objectstore/open-store';
import { startCarelessS3Server } from '@howdah/testbed-stores/s3rver';
import { startS3Server } from '@howdah/testbed-stores/versitygw';
import { expect, it } from 'vitest';
import { journalPrefix } from '../testing/journals.ts';
import { Journal } from './journal.ts';
import { objectJournalStore } from './object-store.ts';

interface Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caFile?: string;
}

const createsOnce = async ({ endpoint, bucket, accessKeyId, secretAccessKey, caFile }: Server) => {
  const s3: NonNullable<RepositoryStoreConfig['s3']> = {
    ...{ endpoint, bucket, region: 'us-east-1', pathStyle: true },
    ...{ accessKeyIdFile: '/id', secretAccessKeyFile: '/secret' },
    ...(caFile === undefined ? {} : { caFile }),
  };
  const secrets = async (path: string) => (path === '/id' ? accessKeyId : secretAccessKey);
  const store = objectJournalStore(() => openRepositoryStore({ s3 }, secrets));
  try {
    const journal = new Journal({ store, prefix: journalPrefix, clock: systemClock });
    return await journal.createsOnce('pg-0', AbortSignal.timeout(20_000));
  } finally {
    store.close();
  }
};

it('s3rver ignores the condition, and versitygw keeps it', async () => {
  const [careless, careful] = [await startCarelessS3Server(), await startS3Server()];
  try {
    expect(await createsOnce(careless)).toBe(false);
    expect(await createsOnce(careful)).toBe(true);
  } finally {
    await careless.stop();
    await careful.stop();
  }
}, 600_000);
