import { appendFile, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { FileSink } from './file-sink.ts';

const signal = new AbortController().signal;

const inDirectory = async (options: { maxBytes?: number; keep?: number } = {}) => {
  const directory = await temporaryDirectory();
  const path = join(directory.path, 'records.jsonl');
  const sink = new FileSink({
    id: 'records',
    path,
    maxBytes: options.maxBytes ?? 1_000,
    keep: options.keep ?? 2,
  });
  return {
    path,
    sink,
    text: (suffix = '') => readFile(path + suffix, 'utf8'),
    files: async () => (await readdir(directory.path)).sort(),
    [Symbol.asyncDispose]: async () => {
      await sink.close();
      await directory[Symbol.asyncDispose]();
    },
  };
};

describe('the file sink', () => {
  it('cuts off at the start what was written after the last checkpoint', async () => {
    await using at = await inDirectory();
    await at.sink.open(undefined);
    await at.sink.write(Buffer.from('kept\n'), signal);
    const mark = await at.sink.flush();
    await at.sink.write(Buffer.from('not acknowledged\n'), signal);
    await at.sink.open(mark);
    await at.sink.write(Buffer.from('again\n'), signal);
    expect(await at.text()).toBe('kept\nagain\n');
  });

  it('leaves what somebody else put there', async () => {
    await using at = await inDirectory();
    await appendFile(at.path, 'theirs\n');
    await at.sink.open({ inode: '1', lengthBytes: 0 });
    await at.sink.write(Buffer.from('ours\n'), signal);
    expect(await at.text()).toBe('theirs\nours\n');
  });

  it('stays bounded: a full file steps back, the oldest goes', async () => {
    await using at = await inDirectory({ maxBytes: 10, keep: 2 });
    await at.sink.open(undefined);
    for (const name of ['one', 'two', 'three', 'four']) {
      await at.sink.write(Buffer.from(`${name}-${'x'.repeat(10)}\n`), signal);
      await at.sink.flush();
      expect(await at.sink.tidy()).toBe(true);
    }
    expect(await at.files()).toEqual(['records.jsonl', 'records.jsonl.1', 'records.jsonl.2']);
    expect(await at.text('.1')).toContain('four');
    expect(await at.text('.2')).toContain('three');
    expect(await at.text()).toBe('');
  });

  it('does not change files below its bound', async () => {
    await using at = await inDirectory();
    await at.sink.open(undefined);
    await at.sink.write(Buffer.from('small\n'), signal);
    expect(await at.sink.tidy()).toBe(false);
  });

  it('says which path it cannot write', async () => {
    const sink = new FileSink({ id: 'records', path: '/nowhere/records.jsonl', maxBytes: 10, keep: 1 });
    await expect(sink.open(undefined)).rejects.toMatchObject({
      code: 'HOWDAH_LOG_SINK_UNWRITABLE',
      message: 'cannot write /nowhere/records.jsonl',
    });
  });
});
