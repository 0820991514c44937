import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AzureServer, startAzureServer } from '@howdah/testbed-stores/azurite';
import { usePostgres } from '@howdah/testing/pg-test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureStore } from './testing/azure.ts';
import { auditRecordsIn } from './testing/log-writer.ts';
import { openAgent } from './testing/open-agent.ts';
import { placesOf, storedRecords } from './testing/read-store.ts';
import { verifyChain } from './verify.ts';

const never = new AbortController().signal;

describe('beside a real PostgreSQL with pgaudit', () => {
  const server = usePostgres({
    logDestinations: ['csvlog'],
    settings: {
      shared_preload_libraries: 'pgaudit',
      'pgaudit.log': 'all',
      log_connections: 'on',
      log_filename: 'postgresql-%H%M%S.csv',
    },
  });
  let azure: AzureServer;
  let root: string;
  beforeAll(async () => {
    azure = await startAzureServer();
    root = await mkdtemp(join(tmpdir(), 'howdah-live-'));
  });
  afterAll(async () => {
    await azure?.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** The oracle: every csvlog file, read whole, without the code under test. */
  const inLog = async () => {
    const files = (await readdir(server().logDirectory)).filter((name) => name.endsWith('.csv')).sort();
    const texts = await Promise.all(files.map((name) => readFile(join(server().logDirectory, name), 'utf8')));
    return texts.flatMap(auditRecordsIn);
  };

  it('every audit record is in the store once, through rotations and restarts of server and agent', async () => {
    const stateDir = join(root, 'state');
    await mkdir(stateDir);
    const prefix = 'live/pg-0';
    const start = () => {
      const { agent } = openAgent({
        ...{ stateDir, prefix, logDirectory: server().logDirectory },
        openStore: () => azureStore(azure),
        maxBytes: 20_000,
        maxAgeMs: 300,
      });
      const stop = new AbortController();
      const running = agent.run(stop.signal);
      return {
        agent,
        stop: async () => {
          stop.abort();
          await running;
        },
      };
    };
    let run = start();
    for (let round = 0; round < 6; round += 1) {
      for (let n = 0; n < 10; n += 1)
        await server().query(`SELECT 'round ${round}, ' || $1::text AS "a ""quoted"" name"\n  -- and more`, [
          n,
        ]);
      await server().query('SELECT pg_rotate_logfile()');
      if (round === 2) {
        await run.stop();
        run = start();
      }
      if (round === 4) await server().restart();
    }
    const proven = () => run.agent.status()?.records.proven ?? 0;
    await expect.poll(async () => proven() === (await inLog()).length, { timeout: 20_000 }).toBe(true);
    const chain = run.agent.status()?.chain.id ?? '';
    await run.stop();

    const store = await azureStore(azure);
    const expected = await inLog();
    expect(expected.length).toBeGreaterThan(60);
    const records = await storedRecords(store, prefix);
    expect([...placesOf(records)].sort()).toEqual([...expected].sort());
    expect(
      records.filter(({ audit }) => audit?.statement?.includes('"a ""quoted"" name"\n  -- and more')),
    ).not.toEqual([]);
    expect(await verifyChain(store, { prefix, chain }, never)).toMatchObject({
      whole: true,
      records: expected.length,
    });
    store.close();
  });
});
