import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@howdah/objectstore/open-store';
import type { ObjectStore } from '@howdah/objectstore/store';
import { type S3Server, startS3Server } from '@howdah/testbed-stores/versitygw';
import { startWebServer, type WebServer } from '@howdah/testbed-stores/web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSessions } from './testing/log-writer.ts';
import { openAgent } from './testing/open-agent.ts';
import { s3Store } from './testing/s3.ts';
import { listChains, verifyChain } from './verify.ts';

const never = new AbortController().signal;

/** A real server whose objects are files, so that a test can tamper as somebody with access would. */
interface TamperedStore {
  readonly directory: string;
  readonly store: ObjectStore;
  stop(): Promise<void>;
}

const versitygw = async (): Promise<TamperedStore> => {
  const server: S3Server = await startS3Server();
  const store = await s3Store(server);
  return { directory: server.bucketDirectory, store, stop: server.stop };
};

const nginx = async (): Promise<TamperedStore> => {
  const server: WebServer = await startWebServer();
  const store = await openStore(
    { web: { url: server.url, username: server.username, passwordFile: '/password', caFile: server.caFile } },
    async () => server.password,
  );
  return { directory: server.directory, store, stop: server.stop };
};

describe.each([
  ['a store that lists', versitygw],
  ['a web server, which does not list', nginx],
])('walking a chain in %s', (_, start) => {
  let there: TamperedStore;
  let root: string;
  let number = 0;

  beforeAll(async () => {
    there = await start();
    root = await mkdtemp(join(tmpdir(), 'howdah-verify-'));
  }, 600_000);
  afterAll(async () => {
    there?.store.close();
    await there?.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** A chain of five segments of 38 records, delivered by the agent; paths of its objects on the server. */
  const chainOfFive = async () => {
    number += 1;
    const prefix = `verify/${number}`;
    const logDirectory = join(root, `log-${number}`);
    const stateDir = join(root, `state-${number}`);
    await mkdir(logDirectory);
    await mkdir(stateDir);
    const { agent } = openAgent({
      logDirectory,
      stateDir,
      prefix,
      openStore: async () => there.store,
      maxBytes: 1,
    });
    const { collector, courier } = await agent.open();
    for (let n = 0; n < 5; n += 1) {
      await writeSessions(logDirectory, 'postgresql.csv', 2 * n, 2 * n + 2);
      await collector.cycle(never);
      await courier.cycle(never);
    }
    const status = agent.status();
    const chain = status?.chain.id ?? '';
    const anchor = { sequence: status?.chain.head ?? 0, sha256: status?.chain.headHash ?? '' };
    const folder = join(there.directory, prefix, chain);
    const manifest = (sequence: number) =>
      join(folder, `${String(sequence).padStart(10, '0')}.manifest.json`);
    const segment = async (sequence: number) => {
      const { segment } = JSON.parse(await readFile(manifest(sequence), 'utf8'));
      return join(there.directory, segment.key);
    };
    return { prefix, chain, anchor, manifest, segment };
  };

  const flipBit = async (path: string, at: number) => {
    const bytes = await readFile(path);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    await writeFile(path, bytes);
  };

  const swap = async (a: string, b: string) => {
    await rename(a, `${a}.swap`);
    await rename(b, a);
    await rename(`${a}.swap`, b);
  };

  it('finds it whole, and says that its end is not anchored', async () => {
    const chain = await chainOfFive();
    expect(await verifyChain(there.store, { prefix: chain.prefix, chain: chain.chain }, never)).toEqual({
      chain: chain.chain,
      whole: true,
      segments: 5,
      records: 190,
      head: { ...chain.anchor, sealedAt: expect.any(String) },
      tail: 'not anchored',
      findings: [],
    });
    expect(await verifyChain(there.store, chain, never)).toMatchObject({ whole: true, tail: 'anchored' });
  });

  it('A05: names the segment in which one bit was flipped', async () => {
    const chain = await chainOfFive();
    await flipBit(await chain.segment(3), 200);
    const { whole, findings, segments } = await verifyChain(there.store, chain, never);
    expect({ whole, segments }).toEqual({ whole: false, segments: 4 });
    expect(findings).toMatchObject([{ sequence: 3, problem: 'segment-altered' }]);
    expect(findings[0]?.message).toMatch(
      /^segment 3 was altered \(38 records, 2026-11-21 09:24:09.413 UTC to /,
    );
  });

  it('A05: names a segment that was deleted', async () => {
    const chain = await chainOfFive();
    await rm(await chain.segment(2));
    expect((await verifyChain(there.store, chain, never)).findings).toMatchObject([
      { sequence: 2, problem: 'segment-missing', message: expect.stringContaining('segment 2 is missing') },
    ]);
  });

  it('A05: names two segments that were swapped', async () => {
    const chain = await chainOfFive();
    await swap(await chain.segment(2), await chain.segment(4));
    expect((await verifyChain(there.store, chain, never)).findings).toMatchObject([
      { sequence: 2, problem: 'segment-altered', message: expect.stringContaining('lies segment 4') },
      { sequence: 4, problem: 'segment-altered', message: expect.stringContaining('lies segment 2') },
    ]);
  });

  it('names a manifest that was deleted from the middle', async () => {
    const chain = await chainOfFive();
    await rm(chain.manifest(3));
    expect((await verifyChain(there.store, chain, never)).findings).toMatchObject([
      { sequence: 3, problem: 'manifest-missing', message: 'manifest 3 is missing' },
    ]);
  });

  it('names a manifest whose content was changed so that it still reads', async () => {
    const chain = await chainOfFive();
    const path = chain.manifest(2);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"records": 38', '"records": 37'));
    expect((await verifyChain(there.store, chain, never)).findings).toMatchObject([
      { sequence: 2, problem: 'manifest-altered' },
    ]);
  });

  it('names two manifests that were swapped, and one that is rubbish', async () => {
    const chain = await chainOfFive();
    await swap(chain.manifest(1), chain.manifest(3));
    await writeFile(chain.manifest(5), 'rubbish');
    expect((await verifyChain(there.store, chain, never)).findings).toMatchObject([
      { sequence: 1, problem: 'manifest-altered' },
      { sequence: 3, problem: 'manifest-altered' },
      { sequence: 5, problem: 'manifest-unreadable' },
      { sequence: 5, problem: 'manifest-altered', message: 'manifest 5 is not the one that was anchored' },
    ]);
  });

  it('A06: names a cut end where a head is anchored, and else says that it could not see one', async () => {
    const chain = await chainOfFive();
    for (const sequence of [4, 5]) {
      await rm(await chain.segment(sequence));
      await rm(chain.manifest(sequence));
    }
    const { anchor, ...unanchored } = chain;
    expect((await verifyChain(there.store, { ...unanchored, anchor }, never)).findings).toMatchObject([
      { sequence: 4, problem: 'tail-missing', message: 'the end was cut off: manifests 4 to 5 are missing' },
    ]);
    expect(await verifyChain(there.store, unanchored, never)).toMatchObject({
      whole: true,
      tail: 'not anchored',
    });
  });

  it('says that a chain is not there', async () => {
    expect(await verifyChain(there.store, { prefix: 'verify', chain: 'none' }, never)).toMatchObject({
      whole: false,
      findings: [{ problem: 'chain-missing', message: 'there is no chain none below verify' }],
    });
  });

  it('tells the chains, where the store lists', async () => {
    const { prefix, chain } = await chainOfFive();
    const chains = await listChains(there.store, prefix, never);
    expect(chains).toEqual(start === versitygw ? [chain] : undefined);
    expect(await readdir(join(there.directory, prefix))).toEqual([chain]);
  });
});
