import { systemClock } from '@howdah/core/clock';
import type { RepositoryStoreConfig } from '@howdah/objectstore/config';
import { openRepositoryStore } from '@howdah/objectstore/open-store';
import { startS3Server } from '@howdah/testbed-stores/versitygw';
import { expect, it } from 'vitest';
import { journalPrefix } from '../testing/journals.ts';
import { Journal } from './journal.ts';
import { objectJournalStore } from './object-store.ts';

it('S3 lets one alone create an object; a store that does not is in probe.test.ts', async () => {
  const server = await startS3Server();
  const { endpoint, bucket, region, caFile } = server;
  const s3: NonNullable<RepositoryStoreConfig['s3']> = {
    ...{ endpoint, bucket, region, caFile, pathStyle: true },
    ...{ accessKeyIdFile: '/id', secretAccessKeyFile: '/secret' },
  };
  const secrets = async (path: string) => (path === '/id' ? server.accessKeyId : server.secretAccessKey);
  const store = objectJournalStore(() => openRepositoryStore({ s3 }, secrets));
  try {
    const journal = new Journal({ store, prefix: journalPrefix, clock: systemClock });
    expect(await journal.createsOnce('pg-0', AbortSignal.timeout(20_000))).toBe(true);
  } finally {
    store.close();
    await server.stop();
  }
}, 60_000);
