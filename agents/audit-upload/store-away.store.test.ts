import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectStore } from '@howdah/objectstore/store';
import { auditUploadStatus } from '@howdah/status/audit-upload';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256Of } from './manifest.ts';
import { auditRecordsIn, recordedSession, writeSessions } from './testing/log-writer.ts';
import { openAgent, type TestAgentOptions } from './testing/open-agent.ts';
import { placesOf, storedRecords } from './testing/read-store.ts';
import { s3Store } from './testing/s3.ts';
import { verifyChain } from './verify.ts';

const never = new AbortController().signal;

/** Waits for what an agent with real timers will do; fails after twenty seconds. */
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await delay(2);
  }
};

describe('while the store is away', () => {
  let server: S3Server;
  let root: string;
  let prefix: string;
  let logDirectory: string;
  let stateDir: string;

  beforeAll(async () => {
    server = await startS3Server();
    root = await mkdtemp(join(tmpdir(), 'howdah-away-'));
  }, 600_000);
  afterAll(async () => {
    await server?.stop();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    prefix = `away/${randomBytes(3).toString('hex')}`;
    logDirectory = join(root, prefix, 'log');
    stateDir = join(root, prefix, 'state');
    await mkdir(logDirectory, { recursive: true });
    await mkdir(stateDir, { recursive: true });
  });

  const open = (more: Partial<TestAgentOptions> = {}) =>
    openAgent({ logDirectory, stateDir, prefix, openStore: () => s3Store(server), ...more });
  /** versitygw keeps the parts of unfinished uploads in a folder of the bucket. */
  const partsAtServer = async () => {
    const files = await readdir(server.bucketDirectory, { recursive: true, withFileTypes: true });
    return files.filter((file) => file.isFile() && file.parentPath.includes('multipart')).length;
  };
  const inLog = async () => auditRecordsIn(await readFile(join(logDirectory, 'postgresql.csv'), 'utf8'));
  const expectAllInStore = async (chain: string) => {
    const store = await s3Store(server);
    const expected = await inLog();
    expect(await verifyChain(store, { prefix, chain }, never)).toMatchObject({
      whole: true,
      records: expected.length,
    });
    expect(placesOf(await storedRecords(store, prefix))).toEqual(expected);
    store.close();
  };

  it('collects on, says what it waits for, and delivers all once it is back: stopped during an upload', async () => {
    let kills = 1;
    const { agent } = open({
      maxBytes: 64 * 1024 * 1024,
      maxAgeMs: 1_500,
      wrap: (stages) => ({
        ...stages,
        uploadSegment: async (directory, manifest, signal) => {
          const uploading = stages.uploadSegment(directory, manifest, signal);
          if (manifest.segment.bytes > 6_000_000 && kills > 0) {
            kills -= 1;
            uploading.catch(() => undefined);
            await until('a part has arrived', async () => (await partsAtServer()) > 0);
            await server.kill();
            await expect(uploading).rejects.toThrow(/cannot upload/);
          }
          return uploading;
        },
      }),
    });
    const stop = new AbortController();
    const running = agent.run(stop.signal);
    await writeSessions(logDirectory, 'postgresql.csv', 0, 2);
    await until('the first segment is proven', () => agent.status()?.chain.head === 1);
    // Statements that do not compress, so that the segment goes up in several parts.
    for (let n = 0; n < 40; n += 1) {
      const noise = randomBytes(384 * 1024).toString('base64');
      const bytes = recordedSession(100 + n).replace(
        'DROP TABLE account,',
        `DROP TABLE account -- ${noise},`,
      );
      await appendFile(join(logDirectory, 'postgresql.csv'), bytes);
    }
    await until('the agent notices', () => agent.readiness().ready === false);
    expect(kills).toBe(0);
    expect(agent.readiness()).toMatchObject({ waitingFor: expect.stringMatching(/^cannot upload away/) });
    expect(auditUploadStatus.parse(agent.status()).store).toMatchObject({ reachable: false });

    const collected = agent.status()?.records.collected ?? 0;
    await writeSessions(logDirectory, 'postgresql.csv', 200, 203);
    await until('it collects on', () => (agent.status()?.records.collected ?? 0) >= collected + 3 * 19);
    expect(agent.status()?.chain.head).toBe(1);
    const chain = agent.status()?.chain.id ?? '';
    expect(await readdir(join(stateDir, 'chains', chain, 'sealed'))).toContain('0000000002.jsonl.gz');

    await server.start();
    const expected = await inLog();
    await until('all is proven', () => agent.status()?.records.proven === expected.length);
    await until('it is ready again', () => agent.readiness().ready);
    stop.abort();
    await running;
    expect(await readdir(join(stateDir, 'chains', chain, 'sealed'))).toEqual([]);
    await expectAllInStore(chain);
  });

  it('A10: stops taking records at the bound of the backlog, deletes none, and goes on when there is room', async () => {
    const down: Pick<ObjectStore, 'put'> = {
      put: async () => {
        throw new Error('down');
      },
    };
    let away = true;
    const real = await s3Store(server);
    const store: ObjectStore = { ...real, put: (...args) => (away ? down : real).put(...args) };
    const { agent, registry } = open({ openStore: async () => store, maxBytes: 1, maxBacklogBytes: 3_000 });
    const { collector, courier } = await agent.open();
    for (let n = 0; n < 12; n += 1) {
      await writeSessions(logDirectory, 'postgresql.csv', n, n + 1);
      await collector.cycle(never);
      await courier.cycle(never);
    }
    const full = agent.status();
    expect(full?.records.collected).toBeLessThan(12 * 19);
    expect(full?.backlog.bytes).toBeGreaterThanOrEqual(3_000);
    expect(agent.readiness()).toMatchObject({
      ready: false,
      waitingFor: expect.stringMatching(/^the store: .* wait for it \(backlog\.maxBytes\)/),
    });
    expect(await registry.getSingleMetricAsString('howdah_audit_upload_backlog_full')).toMatch(/_full 1$/);
    const chain = full?.chain.id ?? '';
    expect(await readdir(join(stateDir, 'chains', chain, 'sealed'))).toHaveLength(
      2 * (full?.backlog.segments ?? 0),
    );

    away = false;
    for (let n = 0; n < 40; n += 1) {
      await courier.cycle(never);
      await collector.cycle(never);
    }
    expect(agent.status()?.records.proven).toBe(12 * 19);
    expect(agent.readiness()).toEqual({ ready: true });
    await expectAllInStore(chain);
    real.close();
  });

  it('A04: finds by reading back that the store acknowledged and kept nothing, and prunes nothing', async () => {
    let keeps = false;
    const real = await s3Store(server);
    const store: ObjectStore = {
      ...real,
      put: async (...args) => (keeps ? real.put(...args) : { outcome: 'stored' }),
    };
    const { agent } = open({ openStore: async () => store, maxBytes: 1 });
    const { collector, courier } = await agent.open();
    await writeSessions(logDirectory, 'postgresql.csv', 0, 1);
    await collector.cycle(never);
    await courier.cycle(never);
    const chain = agent.status()?.chain.id ?? '';
    expect(agent.status()).toMatchObject({ records: { proven: 0 }, backlog: { segments: 1 } });
    expect(agent.readiness()).toMatchObject({
      waitingFor: expect.stringContaining('was accepted by the store, and is not there'),
    });
    expect(await readdir(join(stateDir, 'chains', chain, 'sealed'))).toHaveLength(2);
    keeps = true;
    await courier.cycle(never);
    expect(agent.status()).toMatchObject({ records: { proven: 19 }, backlog: { segments: 0 } });
    await expectAllInStore(chain);
    real.close();
  });

  it('refuses to go on where another writer has taken the next number of its chain', async () => {
    const { agent } = open({ maxBytes: 1 });
    const { collector, courier } = await agent.open();
    await writeSessions(logDirectory, 'postgresql.csv', 0, 1);
    await collector.cycle(never);
    const chain = agent.status()?.chain.id ?? '';
    const store = await s3Store(server);
    const bytes = Buffer.from('another manifest');
    const options = { createOnly: true, sha256: sha256Of(bytes), contentType: 'application/json' };
    await store.put(`${prefix}/${chain}/0000000001.manifest.json`, { bytes }, options, never);
    await courier.cycle(never);
    expect(agent.status()).toMatchObject({ chain: { head: 0 }, backlog: { segments: 1 } });
    expect(agent.readiness()).toMatchObject({
      waitingFor: expect.stringContaining('is there already, with other content'),
    });
    store.close();
  });

  it('takes what is not proven along when the prefix changes, in a chain that names the former head', async () => {
    const first = open({ maxBytes: 1 });
    const old = await first.agent.open();
    for (let n = 0; n < 3; n += 1) {
      await writeSessions(logDirectory, 'postgresql.csv', n, n + 1);
      await old.collector.cycle(never);
      if (n === 0) await old.courier.cycle(never);
    }
    const formerHead = first.agent.status()?.chain;
    const second = open({ maxBytes: 1e6, maxAgeMs: 1e6, prefix: `${prefix}-moved` });
    const moved = await second.agent.open();
    await writeSessions(logDirectory, 'postgresql.csv', 3, 4);
    await moved.collector.cycle(never);
    expect(second.agent.status()).toMatchObject({ records: { collected: 3 * 19 }, open: { records: 19 } });

    // Once more, with records in the open segment and nothing proven: they move as well.
    const third = open({ maxBytes: 1, prefix: `${prefix}-again` });
    const again = await third.agent.open();
    await again.collector.cycle(never);
    for (let n = 0; n < 3; n += 1) await again.courier.cycle(never);
    const chain = third.agent.status()?.chain.id ?? '';
    expect(third.agent.status()).toMatchObject({ records: { collected: 3 * 19, proven: 3 * 19 } });
    const store = await s3Store(server);
    const verdict = await verifyChain(store, { prefix: `${prefix}-again`, chain }, never);
    expect(verdict).toMatchObject({
      whole: true,
      segments: 3,
      follows: {
        chain: formerHead?.id,
        sequence: 1,
        sha256: formerHead?.headHash,
        why: 'destination-changed',
      },
    });
    const stored = [
      ...(await storedRecords(store, `${prefix}/`)),
      ...(await storedRecords(store, `${prefix}-again/`)),
    ];
    expect(placesOf(stored)).toEqual(await inLog());
    store.close();
  });
});
