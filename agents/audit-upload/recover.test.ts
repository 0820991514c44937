import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainDirectory } from './chain-directory.ts';
import { checkpointFile, freshCheckpoint } from './checkpoint.ts';
import { type LedgerEntry, openLedger } from './ledger.ts';
import { appendLines } from './open-segment.ts';
import { recover } from './recover.ts';
import { seal } from './seal.ts';

const chain = 'pg-0-x';
const never = new AbortController().signal;
const entry = (sequence: number): LedgerEntry => ({
  format: 1,
  sequence,
  provenAt: '2026-03-01T00:00:00.000Z',
  segment: { key: 'k', bytes: 1, sha256: 'a'.repeat(64) },
  manifest: { key: 'm', sha256: 'b'.repeat(64) },
  records: 2,
  recordsTotal: 2 * sequence,
});

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'howdah-recover-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const mark = { file: 'a.csv', offset: 0 };
const line = (text: string) => ({ bytes: Buffer.from(text), mark, raw: false });
const directory = () => chainDirectory(stateDir, chain);

/** A state in which segments 1 to `sealed` are sealed and the next is open with ten bytes. */
const stateWith = async (sealed: number) => {
  await mkdir(directory().sealed, { recursive: true });
  for (let sequence = 1; sequence <= sealed; sequence += 1) {
    await appendLines(directory().openSegment(sequence), 0, [line('{"a":"b"}\n')]);
    const open = {
      sequence,
      bytes: 10,
      records: 1,
      since: '2026-03-01T00:00:00.000Z',
      first: mark,
      last: mark,
    };
    const about = { chain, prefix: 'p', member: 'pg-0', now: new Date('2026-03-01T00:00:00Z') };
    await seal({ directory: directory(), open, previous: undefined, follows: undefined, ...about }, never);
    await rm(directory().openSegment(sequence));
  }
  await appendLines(directory().openSegment(sealed + 1), 0, [line('{"a":"b"}\n')]);
  await checkpointFile(stateDir).write({
    ...freshCheckpoint(chain, 'here'),
    open: {
      sequence: sealed + 1,
      bytes: 10,
      records: 1,
      since: '2026-03-01T00:00:00.000Z',
      first: mark,
      last: mark,
    },
  });
};
const openAs = (newChain: string, destination = 'here') =>
  recover({ stateDir, newChain: () => newChain, destination, prefix: 'q' });
const open = () => openAs(chain);

describe('after a stop at any moment', () => {
  it('an empty state directory begins a chain, and the next start goes on with it', async () => {
    expect((await open()).checkpoint).toEqual(freshCheckpoint(chain, 'here'));
    expect((await openAs('another')).checkpoint.chain).toBe(chain);
  });

  it('what was sealed and is not in the ledger waits for the store, in order', async () => {
    await stateWith(3);
    const { backlog } = await open();
    expect({ first: backlog.first?.sequence, segments: backlog.segments, records: backlog.records }).toEqual({
      first: 1,
      segments: 3,
      records: 3,
    });
  });

  it('what stands in the ledger is pruned', async () => {
    await stateWith(2);
    await (await openLedger(directory().ledger)).append(entry(1));
    const { backlog } = await open();
    expect(backlog.first?.sequence).toBe(2);
    expect(await readdir(directory().sealed)).toEqual(['0000000002.jsonl.gz', '0000000002.manifest.json']);
  });

  it('a seal that was not committed is undone, and so is the temporary file of one', async () => {
    await stateWith(1);
    await writeFile(directory().segment(2), 'half');
    await writeFile(directory().manifest(2), 'half');
    await writeFile(`${directory().segment(2)}.tmp`, 'half');
    const { backlog, checkpoint } = await open();
    expect(backlog.segments).toBe(1);
    expect(checkpoint.open.sequence).toBe(2);
    expect(await readdir(directory().sealed)).toEqual(['0000000001.jsonl.gz', '0000000001.manifest.json']);
  });

  it('bytes that were appended and not committed are overwritten by the next append', async () => {
    await stateWith(0);
    const path = directory().openSegment(1);
    await appendFile(path, '{"uncounted":1}\n');
    const { checkpoint } = await open();
    await appendLines(path, checkpoint.open.bytes, [line('{"c":1}\n')]);
    expect(await readFile(path, 'utf8')).toBe('{"a":"b"}\n{"c":1}\n');
  });

  it('a torn last line of the ledger is proven again', async () => {
    await stateWith(2);
    const ledger = await openLedger(directory().ledger);
    await ledger.append(entry(1));
    const { size } = await stat(directory().ledger);
    await appendFile(directory().ledger, JSON.stringify(entry(2)).slice(0, 40));
    const recovered = await open();
    expect(recovered.ledger.head?.sequence).toBe(1);
    expect(recovered.backlog.first?.sequence).toBe(2);
    await recovered.ledger.append(entry(2));
    expect((await stat(directory().ledger)).size).toBe(2 * size);
    expect((await openLedger(directory().ledger)).head).toEqual(entry(2));
  });

  it('names a sealed segment that vanished, and a shortened open one, instead of going on over the gap', async () => {
    await stateWith(3);
    await rm(directory().segment(2));
    await rm(directory().manifest(2));
    await expect(open()).rejects.toMatchObject({
      code: 'HOWDAH_AUDIT_STATE_DAMAGED',
      message: expect.stringMatching(/^segment 2 was sealed and not proven/),
    });
    await writeFile(directory().openSegment(4), 'short');
    await expect(open()).rejects.toMatchObject({
      code: 'HOWDAH_AUDIT_STATE_DAMAGED',
      message: expect.stringMatching(/has 5 bytes, and 10 were written and counted$/),
    });
  });

  it('names a ledger that is ahead of the checkpoint: one of them was restored', async () => {
    await stateWith(0);
    await (await openLedger(directory().ledger)).append(entry(1));
    await expect(open()).rejects.toThrow(
      /the ledger proves segment 1, and the checkpoint says 1 is still open/,
    );
  });

  it('leaves chains alone that the checkpoint does not know, and tells them', async () => {
    await stateWith(1);
    await rm(join(stateDir, 'checkpoint.json'));
    const { otherChains, checkpoint } = await openAs('pg-0-y');
    expect({ otherChains, chain: checkpoint.chain }).toEqual({ otherChains: [chain], chain: 'pg-0-y' });
    expect(await readdir(directory().sealed)).toHaveLength(2);
  });
});

describe('the ledger', () => {
  it('takes no entry out of turn', async () => {
    await mkdir(directory().path, { recursive: true });
    const ledger = await openLedger(directory().ledger);
    await expect(ledger.append(entry(2))).rejects.toMatchObject({ code: 'HOWDAH_AUDIT_STATE_DAMAGED' });
  });

  it('finds its last line however long it has grown', async () => {
    await mkdir(directory().path, { recursive: true });
    const ledger = await openLedger(directory().ledger);
    for (let sequence = 1; sequence <= 400; sequence += 1) await ledger.append(entry(sequence));
    expect((await stat(directory().ledger)).size).toBeGreaterThan(64 * 1024);
    expect((await openLedger(directory().ledger)).head).toEqual(entry(400));
  });
});
