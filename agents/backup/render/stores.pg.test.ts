import { readInfo } from '@howdah/pgbackrest/info';
import { type AzureServer, startAzureServer } from '@howdah/testbed-stores/azurite';
import { s3Repository } from '@howdah/testbed-stores/s3-repository';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { useRendered } from '../testing/rendered.ts';
import type { StartedAgent } from '../testing/start-agent.ts';

// What the agent renders for object stores, read by the real pgBackRest in archive_command, stanza-create, backup,
// info and verify.

const within = (seconds: number) => ({ timeout: seconds * 1_000, interval: 100 });
const quiet = () => ({ signal: new AbortController().signal, timeoutMs: 30_000 });
/** One object for a thousand small files: their requests one by one take long beside other tests. */
const bundled = { 'repo1-bundle': 'y' };
/** Due an hour and a half ago, and not again before tomorrow. */
const dueAt = new Date(Date.now() - 5_400_000);
const verify = { cron: `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *` };
const verdictOf = (agent: StartedAgent) => agent.status().verification?.repositories[0]?.last?.verdict;

describe('a repository in an S3 store', () => {
  let store: S3Server;
  let repository: Awaited<ReturnType<typeof s3Repository>>;
  beforeAll(async () => {
    store = await startS3Server();
    // pgBackRest finds no address in a certificate, only names.
    repository = await s3Repository({ ...store, endpoint: store.endpoint.replace('127.0.0.1', 'localhost') });
  }, 600_000);
  afterAll(async () => {
    await store?.stop();
    await repository?.[Symbol.asyncDispose]();
  });
  const { secret, program, start, open } = useRendered();

  it('is reached as soon as its key is the right one, verified, and keeps the key to itself', async () => {
    const s3 = {
      ...repository.repository.s3,
      accessKeyIdFile: await secret('id', store.accessKeyId),
      secretAccessKeyFile: await secret('key', 'the key before'),
    };
    await using agent = await start([{ repo: 1, path: '/orders', s3 }], bundled, { verify });
    await vi.waitFor(
      () => expect(agent.status().repositories[0]).toMatchObject({ reachable: false }),
      within(20),
    );
    await secret('key', store.secretAccessKey);
    await vi.waitFor(() => expect(agent.status().lastRun).toMatchObject({ outcome: 'done' }), within(100));
    expect((await readInfo(program(), quiet())).backups).toHaveLength(1);
    await vi.waitFor(() => expect(verdictOf(agent)).toBe('valid'), within(60));
    expect(`${await open()}${JSON.stringify(agent.status())}`).not.toContain(store.secretAccessKey);
  }, 200_000);
});

describe('a container in Azure', () => {
  let store: AzureServer;
  beforeAll(async () => {
    store = await startAzureServer();
  }, 60_000);
  afterAll(() => store?.stop());
  const { secret, caFile, program, start, open } = useRendered();

  it('takes WAL and backups, is verified, and its key stays where it is', async () => {
    const azure = {
      // pgBackRest finds no address in a certificate, only names.
      endpoint: store.endpoint.replace('127.0.0.1', 'localhost'),
      container: store.container,
      accountName: store.accountName,
      accountKeyFile: await secret('key', store.accountKey),
      caFile: await caFile(store.caFile),
    };
    await using agent = await start([{ repo: 1, path: '/orders', azure }], bundled, { verify });
    await vi.waitFor(() => expect(agent.status().lastRun).toMatchObject({ outcome: 'done' }), within(100));
    const info = await readInfo(program(), quiet());
    expect(info.backups).toHaveLength(1);
    expect(info.archives).toMatchObject([{ walMax: expect.stringMatching(/^00000001/) }]);
    await vi.waitFor(() => expect(verdictOf(agent)).toBe('valid'), within(60));
    expect(agent.status()).toMatchObject({ render: { warnings: [] }, journals: [{ createsOnce: true }] });
    expect(`${await open()}${JSON.stringify(agent.status())}`).not.toContain(store.accountKey);
  }, 200_000);
});
