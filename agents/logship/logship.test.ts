import {
  appendFile,
  copyFile,
  mkdir,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { StopRequest } from '@howdah/runtime/agent';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import type { Sink } from './sink.ts';
import { csvlogRecord, csvlogRecords } from './testing/csvlog.ts';
import { fileSink, type Rig, type RigOptions, shippedRecords, startRig } from './testing/rig.ts';

const place = async () => {
  const directory = await temporaryDirectory();
  const log = join(directory.path, 'log');
  await mkdir(log);
  const rigs: Rig[] = [];
  return {
    root: directory.path,
    file: (name: string) => join(log, name),
    log,
    start: async (options: RigOptions = {}) => {
      const rig = await startRig(directory.path, options);
      rigs.push(rig);
      return rig;
    },
    [Symbol.asyncDispose]: async () => {
      for (const rig of rigs) await rig.stop();
      await directory[Symbol.asyncDispose]();
    },
  };
};

const severity = (rig: Rig, file: string, name = 'LOG') =>
  rig.metric(`postgres_severity{severity="${name}",file="${file}"}`);

const lineNumbers = async (root: string) => (await shippedRecords(root)).map(({ line_num }) => line_num);

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n + 1);

describe('the log of a running server', () => {
  it('is counted by severity and file, and shipped in order', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 3) + csvlogRecord(3, 'ERROR', 'two\n"lines"'));
    const rig = await at.start();
    await rig.drain();
    expect(await severity(rig, 'a.csv')).toBe(3);
    expect(await severity(rig, 'a.csv', 'ERROR')).toBe(1);
    expect(await severity(rig, 'a.csv', 'PANIC')).toBe(0);
    expect(await lineNumbers(at.root)).toEqual([1, 2, 3, 4]);
    expect((await shippedRecords(at.root))[3]).toMatchObject({
      member: 'pg-0',
      log_file: 'a.csv',
      error_severity: 'ERROR',
      message: 'two\n"lines"',
      remote_host: '[local]',
    });
  });

  it('goes on in the next file, and the last one may still grow', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 2));
    const rig = await at.start();
    await rig.drain();
    await appendFile(at.file('a.csv'), csvlogRecords(2, 1));
    await writeFile(at.file('b.csv'), csvlogRecords(3, 2));
    await rig.drain();
    expect([await severity(rig, 'a.csv'), await severity(rig, 'b.csv')]).toEqual([3, 2]);
    expect((await lineNumbers(at.root)).toSorted()).toEqual(numbers(0, 5));
  });

  it('on a full volume says so, goes on with what is there, and is ready again with room', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 2));
    let bytes = 8_192;
    const rig = await at.start({ availableBytes: async () => bytes });
    await rig.drain();
    expect(rig.logship.readiness()).toMatchObject({
      ready: false,
      waitingFor: expect.stringMatching(/is full/),
    });
    expect(await rig.metric('howdah_logship_log_volume_available_bytes')).toBe(8_192);
    await appendFile(at.file('a.csv'), csvlogRecords(2, 1));
    await rig.drain();
    expect(await severity(rig, 'a.csv')).toBe(3);
    bytes = 2 ** 30;
    await rig.drain();
    expect(rig.logship.readiness()).toEqual({ ready: true });
  });

  it('is asked for its room each five seconds, however often the log is looked at meanwhile', async () => {
    await using at = await place();
    let asked = 0;
    const rig = await at.start({
      availableBytes: async () => {
        asked += 1;
        return 2 ** 30;
      },
    });
    const { signal } = new AbortController();
    for (let cycle = 0; cycle < 10; cycle += 1) await rig.logship.cycle(signal);
    expect(asked).toBe(1);
    await rig.clock.advance(5_000);
    await rig.logship.cycle(signal);
    expect(asked).toBe(2);
  });

  it('may show half a record: it waits for the rest', async () => {
    await using at = await place();
    const record = csvlogRecord(7, 'WARNING', 'long\nmessage');
    await writeFile(at.file('a.csv'), csvlogRecord(0) + record.slice(0, 150));
    const rig = await at.start();
    await rig.drain();
    expect(await rig.metric('howdah_logship_backlog_bytes')).toBe(150);
    await appendFile(at.file('a.csv'), record.slice(150));
    await rig.drain();
    expect(await severity(rig, 'a.csv', 'WARNING')).toBe(1);
    expect(await rig.metric('howdah_logship_backlog_bytes')).toBe(0);
    expect((await shippedRecords(at.root))[1]).toMatchObject({ message: 'long\nmessage' });
  });

  it('is read to its end when it is much larger than a turn', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 60_000));
    await writeFile(at.file('b.csv'), csvlogRecords(0, 10));
    const rig = await at.start();
    expect(await rig.cycle()).toBe(0);
    await rig.drain();
    expect([await severity(rig, 'a.csv'), await severity(rig, 'b.csv')]).toEqual([60_000, 10]);
    expect(await rig.metric('howdah_logship_records_shipped_total{sink="records"}')).toBe(60_010);
  });

  it('is told up to where the counts go, also while a checkpoint cannot be written', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 3));
    const rig = await at.start();
    await rig.drain();
    const counted = rig.logship.status();
    await appendFile(at.file('a.csv'), csvlogRecords(3, 2));
    // A directory where the checkpoint's next version is written: delivered, and not durable.
    await mkdir(join(at.root, 'state', 'checkpoint.json.tmp'), { recursive: true });
    await rig.cycle();
    const between = rig.logship.status();
    expect(between?.counts).toEqual(counted?.counts);
    expect(between?.files.map(({ offsetBytes }) => offsetBytes)).toEqual(
      counted?.files.map(({ offsetBytes }) => offsetBytes),
    );
  });

  it('leaves by counted doors only: the parts are as many as were read', async () => {
    await using at = await place();
    await writeFile(
      at.file('a.csv'),
      `noise\n${csvlogRecords(0, 5)}\n${csvlogRecord(9, 'LOG', 'x'.repeat(9_000))}`,
    );
    const rig = await at.start({ maxRecordBytes: 4_096 });
    await rig.drain();
    const { counts } = rig.logship.status() ?? {};
    expect(counts).toEqual({ read: 8, shipped: 6, raw: 2, rejected: 0 });
    expect(await rig.metric('howdah_logship_records_cut_total')).toBe(1);
    const shipped = await shippedRecords(at.root);
    expect(shipped[0]).toMatchObject({ raw: 'noise\n', problem: 'no csvlog record', log_offset: 0 });
    expect(shipped.at(-1)?.cut_bytes).toBeGreaterThan(4_900);
  });

  it('beside jsonlog and stderr logs is counted once', async () => {
    await using at = await place();
    for (const name of ['a.csv', 'a.json', 'a.log']) await writeFile(at.file(name), csvlogRecords(0, 2));
    const rig = await at.start();
    await rig.drain();
    expect(await rig.metric('howdah_logship_records_read_total')).toBe(2);
  });
});

describe('a log file', () => {
  it('L03: truncated and written anew is another file', async () => {
    await using at = await place();
    await writeFile(at.file('Mon.csv'), csvlogRecords(0, 5));
    const rig = await at.start();
    await rig.drain();
    await writeFile(at.file('Mon.csv'), csvlogRecords(100, 2));
    await rig.drain();
    expect(await severity(rig, 'Mon.csv')).toBe(7);
    await writeFile(at.file('Mon.csv'), csvlogRecords(200, 30));
    await rig.drain();
    expect(await severity(rig, 'Mon.csv')).toBe(37);
    expect(await lineNumbers(at.root)).toEqual([...numbers(0, 5), ...numbers(100, 2), ...numbers(200, 30)]);
  });

  it('L03: written anew and grown larger while the agent was away is another file', async () => {
    await using at = await place();
    await writeFile(at.file('Mon.csv'), csvlogRecords(0, 5));
    const first = await at.start();
    await first.drain();
    await first.stop();
    await writeFile(at.file('Mon.csv'), csvlogRecords(100, 20));
    const second = await at.start();
    await second.drain();
    expect(await severity(second, 'Mon.csv')).toBe(25);
    expect(await lineNumbers(at.root)).toEqual([...numbers(0, 5), ...numbers(100, 20)]);
  });

  it('L04: with the inode number of one that was removed is another file', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const { ino } = await stat(at.file('a.csv'));
    const rig = await at.start();
    await rig.drain();
    // In place, for not every file system gives the number out again at once: the same to whoever looks.
    await truncate(at.file('a.csv'));
    await rename(at.file('a.csv'), at.file('b.csv'));
    await appendFile(at.file('b.csv'), csvlogRecords(50, 8));
    expect((await stat(at.file('b.csv'))).ino).toBe(ino);
    await rig.drain();
    expect([await severity(rig, 'a.csv'), await severity(rig, 'b.csv')]).toEqual([5, 8]);
  });

  it('that is renamed is not read again', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const rig = await at.start();
    await rig.drain();
    await rename(at.file('a.csv'), at.file('old.csv'));
    await appendFile(at.file('old.csv'), csvlogRecords(5, 1));
    await rig.drain();
    expect(await rig.metric('howdah_logship_records_read_total')).toBe(6);
    expect(await rig.metric('howdah_logship_unread_bytes_lost_total')).toBe(0);
  });

  it('that is a copy of another is not counted', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const rig = await at.start();
    await rig.drain();
    await copyFile(at.file('a.csv'), at.file('copy.csv'));
    await rig.drain();
    await appendFile(at.file('a.csv'), csvlogRecords(5, 5));
    await rig.drain();
    expect(await rig.metric('howdah_logship_records_read_total')).toBe(10);
    expect(await severity(rig, 'copy.csv')).toBeUndefined();
  });

  it('L05: taken away by copytruncate is read on in the copy', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const rig = await at.start();
    await rig.drain();
    await appendFile(at.file('a.csv'), csvlogRecords(5, 5));
    await copyFile(at.file('a.csv'), at.file('a-1.csv'));
    await truncate(at.file('a.csv'));
    await appendFile(at.file('a.csv'), csvlogRecords(10, 3));
    await rig.drain();
    expect((await lineNumbers(at.root)).toSorted((a, b) => Number(a) - Number(b))).toEqual(numbers(0, 13));
    expect(await rig.metric('howdah_logship_unread_bytes_lost_total')).toBe(0);
  });

  it('that goes before it was delivered is said, in bytes', async () => {
    await using at = await place();
    let working = true;
    const rig = await at.start({ sinks: [switchable(() => working)] });
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    await rig.drain();
    working = false;
    await appendFile(at.file('a.csv'), csvlogRecords(5, 5));
    await rig.cycle();
    await appendFile(at.file('a.csv'), csvlogRecords(10, 1));
    working = true;
    await rm(at.file('a.csv'));
    await rig.drain();
    expect(await rig.metric('howdah_logship_records_read_total')).toBe(10);
    expect(await rig.metric('howdah_logship_unread_bytes_lost_total')).toBe(0);
    await writeFile(at.file('b.csv'), csvlogRecord(20) + csvlogRecord(21).slice(0, 99));
    await rig.drain();
    await rm(at.file('b.csv'));
    await rig.drain();
    expect(await rig.metric('howdah_logship_unread_bytes_lost_total')).toBe(99);
  });

  it('that goes before anything of it was delivered is said too', async () => {
    await using at = await place();
    let working = true;
    const rig = await at.start({ sinks: [switchable(() => working)] });
    await writeFile(at.file('a.csv'), csvlogRecords(0, 1));
    await rig.drain();
    working = false;
    await appendFile(at.file('a.csv'), csvlogRecords(1, 1));
    await writeFile(at.file('b.csv'), csvlogRecords(20, 5));
    await utimes(at.file('b.csv'), new Date(), new Date(Date.now() + 60_000));
    await rig.cycle();
    working = true;
    const { size } = await stat(at.file('b.csv'));
    await rm(at.file('b.csv'));
    await rig.drain();
    expect(await rig.metric('howdah_logship_records_read_total')).toBe(2);
    expect(await rig.metric('howdah_logship_unread_bytes_lost_total')).toBe(size);
  });

  it('L06: that ends in a torn record leaves it as raw, a minute after a younger one grew', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecord(0) + csvlogRecord(1).slice(0, 150));
    const before = new Date(Date.now() - 5_000);
    await utimes(at.file('a.csv'), before, before);
    await writeFile(at.file('b.csv'), csvlogRecord(2));
    const rig = await at.start();
    await rig.drain();
    expect(rig.logship.status()?.counts.raw).toBe(0);
    await rig.clock.advance(60_000);
    await rig.drain();
    expect(rig.logship.status()?.counts).toMatchObject({ read: 3, raw: 1 });
    expect(await rig.metric('howdah_logship_backlog_bytes')).toBe(0);
    await rig.drain();
    expect(rig.logship.status()?.counts.raw).toBe(1);
  });

  it('L06: torn by a crash of the server and written on by the next one loses no other record', async () => {
    await using at = await place();
    const torn = csvlogRecord(1, 'ERROR', 'half "of a\nstatement').slice(0, 160);
    await writeFile(at.file('a.csv'), csvlogRecord(0) + torn);
    const rig = await at.start();
    await rig.drain();
    await appendFile(at.file('a.csv'), csvlogRecord(2) + csvlogRecord(3));
    await rig.drain();
    expect(rig.logship.status()?.counts).toMatchObject({ read: 4, shipped: 3, raw: 1 });
    expect(await severity(rig, 'a.csv')).toBe(3);
    expect((await shippedRecords(at.root))[1]).toMatchObject({ raw: torn });
  });

  it('L07: with a 16 MB record, invalid UTF-8, NUL and CRLF keeps them, or says what it cut', async () => {
    await using at = await place();
    const odd = Buffer.from(csvlogRecord(1, 'LOG', 'caf\xe9 \0 end').replace('\n', '\r\n'), 'latin1');
    const large = Buffer.from(csvlogRecord(2, 'ERROR', 'x'.repeat(16 * 1024 * 1024)));
    await writeFile(
      at.file('a.csv'),
      Buffer.concat([Buffer.from([0xff, 0x0a]), odd, large, Buffer.from(csvlogRecord(3))]),
    );
    const rig = await at.start();
    await rig.drain();
    expect(rig.logship.status()?.counts).toMatchObject({ read: 4, shipped: 3, raw: 1 });
    expect([await severity(rig, 'a.csv'), await severity(rig, 'a.csv', 'ERROR')]).toEqual([2, 1]);
    const [noise, kept, cut] = await shippedRecords(at.root);
    expect(noise).toMatchObject({ raw_base64: '/wo=' });
    expect(kept).toMatchObject({ message: 'caf\ufffd \0 end', query_id: '0' });
    expect(cut).toMatchObject({ error_severity: 'ERROR', cut_bytes: large.length - 1024 * 1024 });
  });

  it('that cannot be read is named, and the others are followed all the same', async () => {
    await using at = await place();
    await writeFile(at.file('good.csv'), csvlogRecords(0, 3));
    // A file that even root can only open: its first byte is no memory of ours.
    await symlink('/proc/self/mem', at.file('bad.csv'));
    const rig = await at.start();
    await rig.cycle();
    expect(await severity(rig, 'good.csv')).toBe(3);
    expect(rig.logship.readiness()).toEqual({
      ready: false,
      waitingFor: expect.stringContaining(`cannot read ${at.file('bad.csv')}`),
    });
    await rm(at.file('bad.csv'));
    await rig.drain();
    expect(rig.logship.readiness()).toEqual({ ready: true });
  });

  it('L12: directory removed and made anew is followed', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 2));
    const rig = await at.start();
    await rig.drain();
    await rm(at.log, { recursive: true });
    expect(await rig.cycle()).toBeGreaterThan(0);
    expect(rig.logship.readiness()).toMatchObject({
      ready: false,
      waitingFor: expect.stringContaining(at.log),
    });
    await mkdir(at.log);
    await writeFile(at.file('a.csv'), csvlogRecords(10, 3));
    await rig.drain();
    expect(rig.logship.readiness()).toEqual({ ready: true });
    expect(await severity(rig, 'a.csv')).toBe(5);
  });
});

describe('the next process', () => {
  it('goes on where the last checkpoint stands', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const first = await at.start();
    await first.drain();
    await first.stop();
    await appendFile(at.file('a.csv'), csvlogRecords(5, 2));
    const second = await at.start();
    await second.drain();
    expect(await severity(second, 'a.csv')).toBe(7);
    expect(await lineNumbers(at.root)).toEqual(numbers(0, 7));
  });

  it('shows the counts of the last checkpoint before it has read anything', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const first = await at.start();
    await first.drain();
    await first.stop();
    await rm(at.log, { recursive: true });
    const second = await at.start();
    expect(await severity(second, 'a.csv')).toBeUndefined();
    await second.cycle();
    expect(await severity(second, 'a.csv')).toBe(5);
  });

  it('L11: sets a damaged checkpoint aside, and gives the same ids again', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const first = await at.start();
    await first.drain();
    await first.stop();
    await writeFile(join(first.stateDir, 'checkpoint.json'), '{"format":1,"files":[{');
    const second = await at.start();
    await second.drain();
    const ids = (await shippedRecords(at.root)).map(({ id }) => id);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(5);
    expect((await stat(join(first.stateDir, 'checkpoint.json.damaged'))).isFile()).toBe(true);
  });

  it('refuses the checkpoint of a newer version', async () => {
    await using at = await place();
    const rig = await at.start();
    await writeFile(join(rig.stateDir, 'checkpoint.json'), '{"format":2}');
    await expect(rig.cycle()).rejects.toMatchObject({ code: 'HOWDAH_LOG_CHECKPOINT_NEWER' });
  });
});

/** Takes lines while `works`, and remembers them. */
const switchable = (works: () => boolean, id = 'switchable'): Sink & { readonly taken: string[] } => {
  const taken: string[] = [];
  return {
    id,
    kind: 'test',
    taken,
    open: async () => {},
    write: async (lines) => {
      if (!works()) throw new Error('no space left on device');
      taken.push(...lines.toString().split('\n').filter(Boolean));
    },
    flush: async () => undefined,
    tidy: async () => false,
    close: async () => {},
  };
};

describe('a sink that takes nothing', () => {
  it('is named, holds the position back, and the others get nothing twice', async () => {
    await using at = await place();
    let working = false;
    const failing = switchable(() => working);
    const rig = await at.start({ sinks: [fileSink(at.root), failing] });
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    expect(await rig.cycle()).toBe(250);
    expect(await rig.cycle()).toBe(500);
    expect(rig.logship.readiness()).toEqual({
      ready: false,
      waitingFor: 'sink switchable: no space left on device',
    });
    expect(await rig.metric('howdah_logship_sink_up{sink="switchable"}')).toBe(0);
    expect(await rig.metric('howdah_logship_records_read_total')).toBe(0);
    await appendFile(at.file('a.csv'), csvlogRecords(5, 5));
    working = true;
    await rig.drain();
    expect(await lineNumbers(at.root)).toEqual(numbers(0, 10));
    expect(failing.taken).toHaveLength(10);
    expect(await severity(rig, 'a.csv')).toBe(10);
    expect(rig.logship.readiness()).toEqual({ ready: true });
  });

  it('does not hide how much comes to wait for it, in new files too', async () => {
    await using at = await place();
    let working = false;
    const rig = await at.start({ sinks: [switchable(() => working)] });
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    await rig.cycle();
    await appendFile(at.file('a.csv'), csvlogRecords(5, 5));
    await writeFile(at.file('b.csv'), csvlogRecords(10, 5));
    await rig.cycle();
    const { size: a } = await stat(at.file('a.csv'));
    const { size: b } = await stat(at.file('b.csv'));
    expect(await rig.metric('howdah_logship_backlog_bytes')).toBe(a + b);
    expect(rig.logship.status()?.backlogBytes).toBe(a + b);
    working = true;
    await rig.drain();
    expect(await rig.metric('howdah_logship_backlog_bytes')).toBe(0);
  });

  it('leaves no double in the others when the agent is stopped meanwhile', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const first = await at.start({ sinks: [fileSink(at.root), switchable(() => false)] });
    await first.cycle();
    await first.stop();
    const second = await at.start({ sinks: [fileSink(at.root), switchable(() => true)] });
    await second.drain();
    expect(await lineNumbers(at.root)).toEqual(numbers(0, 5));
  });
});

describe('a sink that does not know what it has', () => {
  it('is opened anew: the agent ends, and the next one repeats nothing', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const broken = fileSink(at.root);
    const flush = broken.flush.bind(broken);
    const first = await at.start({ sinks: [broken] });
    await rm(at.file('a.csv'));
    await first.drain();
    broken.flush = () => Promise.reject(new Error('input/output error'));
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    await expect(first.cycle()).rejects.toThrow('the sink records must be opened anew: input/output error');
    broken.flush = flush;
    await first.stop();
    const second = await at.start();
    await second.drain();
    expect(await lineNumbers(at.root)).toEqual(numbers(0, 5));
  });
});

describe('a checkpoint that cannot be written', () => {
  it('shows no count that could go back, and nothing is read on', async () => {
    await using at = await place();
    await writeFile(at.file('a.csv'), csvlogRecords(0, 5));
    const rig = await at.start();
    await rig.drain();
    await rm(rig.stateDir, { recursive: true });
    await appendFile(at.file('a.csv'), csvlogRecords(5, 5));
    await rig.cycle();
    expect(rig.logship.readiness()).toMatchObject({ ready: false });
    expect(await severity(rig, 'a.csv')).toBe(5);
    await mkdir(rig.stateDir);
    await rig.drain();
    expect(await severity(rig, 'a.csv')).toBe(10);
    expect(await lineNumbers(at.root)).toEqual(numbers(0, 10));
  });
});

describe('many log files', () => {
  it('keep the series bounded, and every sum', async () => {
    await using at = await place();
    const rig = await at.start({ maxFileSeries: 3 });
    for (let n = 0; n < 40; n += 1)
      await writeFile(at.file(`${String(n).padStart(2, '0')}.csv`), csvlogRecords(n, 2));
    await rig.drain();
    expect(await severity(rig, '00.csv')).toBeUndefined();
    expect(await severity(rig, '39.csv')).toBe(2);
    expect(await rig.metric('howdah_logship_records_by_severity_total{severity="LOG"}')).toBe(80);
    expect(await rig.metric('howdah_logship_files_retired_total')).toBe(37);
    await appendFile(at.file('05.csv'), csvlogRecords(50, 1));
    await rig.drain();
    expect(await rig.metric('howdah_logship_records_by_severity_total{severity="LOG"}')).toBe(81);
  });
});

describe('at the end of a pod', () => {
  /** Runs until the log was read once, then grows the log and asks the agent to stop for `reason`. */
  const stoppedAfter = async (
    at: Awaited<ReturnType<typeof place>>,
    reason: Error,
    options: RigOptions = {},
  ) => {
    await writeFile(at.file('a.csv'), csvlogRecords(0, 1));
    const rig = await at.start(options);
    const stop = new AbortController();
    const running = rig.logship.run(stop.signal);
    while (rig.clock.sleepers === 0) await new Promise(setImmediate);
    await appendFile(at.file('a.csv'), csvlogRecords(1, 2));
    await writeFile(at.file('b.csv'), csvlogRecord(3, 'FATAL', 'the database system is shutting down'));
    stop.abort(reason);
    await running;
    return rig;
  };

  it('the last records are counted and shipped before the agent ends', async () => {
    await using at = await place();
    const rig = await stoppedAfter(at, new StopRequest('shutdown'));
    expect([await severity(rig, 'a.csv'), await severity(rig, 'b.csv', 'FATAL')]).toEqual([3, 1]);
    expect((await lineNumbers(at.root)).toSorted()).toEqual(numbers(0, 4));
  });

  it('a new configuration takes over at once, and what is left is its', async () => {
    await using at = await place();
    await stoppedAfter(at, new StopRequest('config-changed'));
    expect(await lineNumbers(at.root)).toEqual([1]);
    await (await at.start()).drain();
    expect((await lineNumbers(at.root)).toSorted()).toEqual(numbers(0, 4));
  });

  it('a sink that takes nothing is asked once more, and gets the rest at the next start', async () => {
    await using at = await place();
    let asked = 0;
    const deaf: Sink = {
      id: 'deaf',
      kind: 'file',
      open: async () => undefined,
      write: async () => {
        asked += 1;
        throw new Error('no route to host');
      },
      flush: async () => undefined,
      tidy: async () => false,
      close: async () => undefined,
    };
    await stoppedAfter(at, new StopRequest('shutdown'), { sinks: [deaf] });
    expect(asked).toBe(2);
    await (await at.start()).drain();
    expect((await lineNumbers(at.root)).toSorted()).toEqual(numbers(0, 4));
  });

  it('a sink that hangs holds the process up no longer than was said', async () => {
    await using at = await place();
    const asked = Promise.withResolvers<void>();
    const hangs: Sink = {
      id: 'hangs',
      kind: 'file',
      open: async () => undefined,
      write: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          asked.resolve();
        }),
      flush: async () => undefined,
      tidy: async () => false,
      close: async () => undefined,
    };
    await writeFile(at.file('a.csv'), csvlogRecords(0, 1));
    const rig = await at.start({ sinks: [hangs] });
    const stop = new AbortController();
    const running = rig.logship.run(stop.signal);
    await asked.promise;
    stop.abort(new StopRequest('shutdown', 50));
    await running;
    expect(await severity(rig, 'a.csv')).toBeUndefined();
  });
});
