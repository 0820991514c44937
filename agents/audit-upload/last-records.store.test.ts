import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StopRequest } from '@howdah/runtime/agent';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditRecordsIn, writeSessions } from './testing/log-writer.ts';
import { openAgent, type TestAgentOptions } from './testing/open-agent.ts';
import { placesOf, storedRecords } from './testing/read-store.ts';
import { s3Store } from './testing/s3.ts';

describe('at the end of a pod', () => {
  let server: S3Server;
  let root: string;
  let prefix: string;
  let logDirectory: string;
  let stateDir: string;

  beforeAll(async () => {
    server = await startS3Server();
    root = await mkdtemp(join(tmpdir(), 'howdah-last-'));
  }, 600_000);
  afterAll(async () => {
    await server?.stop();
    await rm(root, { recursive: true, force: true });
  });
  beforeEach(async () => {
    prefix = `last/${randomBytes(3).toString('hex')}`;
    logDirectory = join(root, prefix, 'log');
    stateDir = join(root, prefix, 'state');
    await mkdir(logDirectory, { recursive: true });
    await mkdir(stateDir, { recursive: true });
  });

  /** Segments that would not be sealed for an hour. */
  const open = (more: Partial<TestAgentOptions> = {}) =>
    openAgent({
      ...{ logDirectory, stateDir, prefix, maxBytes: 1024 * 1024, maxAgeMs: 3_600_000 },
      openStore: () => s3Store(server),
      ...more,
    });
  /** Runs until it follows the log, lets the log grow, and asks it to stop for `reason`. */
  const stoppedAfter = async (reason: StopRequest, more: Partial<TestAgentOptions> = {}) => {
    const { agent } = open(more);
    const stop = new AbortController();
    const running = agent.run(stop.signal);
    await writeSessions(logDirectory, 'postgresql.csv', 0, 1);
    while ((agent.status()?.records.collected ?? 0) === 0) await delay(5);
    await writeSessions(logDirectory, 'postgresql.csv', 1, 3);
    stop.abort(reason);
    await running;
    return agent;
  };
  const inLog = async () => auditRecordsIn(await readFile(join(logDirectory, 'postgresql.csv'), 'utf8'));
  const inStore = async () => {
    const store = await s3Store(server);
    const places = placesOf(await storedRecords(store, prefix));
    store.close();
    return places;
  };

  it('the last records are sealed, however few and young, and proven to be in the store', async () => {
    const agent = await stoppedAfter(new StopRequest('shutdown'));
    expect(await inStore()).toEqual(await inLog());
    expect(agent.status()?.records).toMatchObject({ proven: (await inLog()).length });
  });

  it('a new configuration seals nothing: its agent goes on with the open segment', async () => {
    await stoppedAfter(new StopRequest('config-changed'));
    expect(await inStore()).toEqual([]);
    await stoppedAfter(new StopRequest('shutdown'));
    expect(await inStore()).toEqual(await inLog());
  });

  it('what the store does not take waits sealed, and goes out at the next start', async () => {
    await server.kill();
    const agent = await stoppedAfter(new StopRequest('shutdown'));
    expect(agent.status()?.records.proven).toBe(0);
    await server.start();
    const { agent: next } = open();
    const stop = new AbortController();
    const running = next.run(stop.signal);
    const expected = await inLog();
    while (next.status()?.records.proven !== expected.length) await delay(5);
    stop.abort(new StopRequest('shutdown'));
    await running;
    expect(await inStore()).toEqual(expected);
  });

  it('a store that never answers holds the process up no longer than was said', async () => {
    const began = performance.now();
    const agent = await stoppedAfter(new StopRequest('shutdown', 300), {
      wrap: (stages) => ({
        ...stages,
        uploadSegment: (_directory, _manifest, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      }),
    });
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(agent.status()?.records.proven).toBe(0);
  });
});
