import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configReloadStatus } from '@howdah/status/config-reload';
import { beforeEach, describe, expect, it } from 'vitest';
import { openHba, useAppliedServer } from './testing/applied-server.ts';

const setup = useAppliedServer();

const shown = async (name: string): Promise<string> => {
  const [row] = await setup().server.query<{ value: string }>('SELECT current_setting($1) AS value', [name]);
  return row?.value ?? '';
};
const applied = (name: string): Promise<string> => readFile(join(setup().appliedDirectory, name), 'utf8');

const good = { 'postgresql.conf': "work_mem = 8MB\nlog_line_prefix = '%m '\n", 'pg_hba.conf': openHba };

beforeEach(async () => {
  await setup().mount(good);
  expect((await setup().look()).phase).toBe('in-force');
});

describe('new files in the mount', () => {
  it('are in force in sessions opened after the look', async () => {
    await setup().mount({
      ...good,
      'postgresql.conf': 'work_mem = 16MB\n',
      'pgaudit.conf': "pgaudit.log = 'ddl'\n",
    });
    const status = await setup().look();
    expect(configReloadStatus.parse(status)).toEqual(status);
    expect(status).toMatchObject({ phase: 'in-force', problems: [], drift: [], pendingRestart: [] });
    expect(status.appliedDigest).toBe(status.desiredDigest);
    expect(await shown('work_mem')).toBe('16MB');
    expect(await shown('pgaudit.log')).toBe('ddl');
    expect(await shown('howdah.applied')).toBe(status.appliedDigest);
    // What the new file no longer mentions is back at its default.
    expect(await shown('log_line_prefix')).toBe('%m [%p] ');
  });

  it('swapped twice in a row end in the last state', async () => {
    await setup().mount({ ...good, 'postgresql.conf': 'work_mem = 9MB\n' });
    const first = setup().look();
    await setup().mount({ ...good, 'postgresql.conf': 'work_mem = 10MB\n' });
    await first;
    await setup().look();
    expect(await shown('work_mem')).toBe('10MB');
  });

  it('are read with Windows line ends and a byte order mark', async () => {
    await setup().mount({
      ...good,
      'postgresql.conf': '\uFEFFwork_mem = 11MB\r\n',
      'pg_hba.conf': `\uFEFF# x\r\n${openHba}`,
    });
    expect(await setup().look()).toMatchObject({ phase: 'in-force', problems: [] });
    expect(await shown('work_mem')).toBe('11MB');
  });

  it('leave a file that is no longer mounted as it is', async () => {
    await setup().mount({ 'postgresql.conf': 'work_mem = 12MB\n' });
    const status = await setup().look();
    expect(status.phase).toBe('in-force');
    expect(status.files).toContainEqual({ file: 'pg_hba.conf', present: false, settings: 1 });
    expect(await applied('pg_hba.conf')).toBe(openHba);
    await setup().mount({ 'pg_hba.conf': `# changed\n${openHba}` });
    expect((await setup().look()).phase).toBe('in-force');
    expect(await shown('work_mem')).toBe('12MB');
    expect(await applied('pg_hba.conf')).toContain('# changed');
  });

  it('are confirmed even where the agent’s own role has another value', async () => {
    await setup().mount({
      ...good,
      'postgresql.conf': "statement_timeout = 1min\nlock_timeout = '3s'\nDateStyle = 'iso, dmy'\n",
    });
    expect(await setup().look()).toMatchObject({ phase: 'in-force', drift: [] });
    expect(await shown('statement_timeout')).toBe('1min');
    expect(await shown('DateStyle')).toBe('ISO, DMY');
  });

  it('wait for a restart where PostgreSQL says so, with old and new value and since when', async () => {
    await setup().mount({ ...good, 'postgresql.conf': "max_connections = 60\nwal_buffers = '4MB'\n" });
    const status = await setup().look();
    expect(status.phase).toBe('pending-restart');
    expect(status.pendingRestart.map(({ name, desired }) => [name, desired])).toEqual([
      ['wal_buffers', '4MB'],
    ]);
    const since = status.pendingRestart[0]?.since;
    setup().restartAgent();
    expect((await setup().look()).pendingRestart[0]?.since).toBe(since);
    await setup().server.restart();
    expect(await setup().look()).toMatchObject({ pendingRestart: [] });
    expect(await shown('wal_buffers')).toBe('4MB');

    // Taken out of the file, it waits for the next restart again.
    await setup().mount(good);
    expect((await setup().look()).pendingRestart).toEqual([
      { name: 'wal_buffers', desired: 'its default', actual: '4MB', since: expect.any(String) },
    ]);
    await setup().server.restart();
    expect(await setup().look()).toMatchObject({ phase: 'in-force', pendingRestart: [] });
  });
});

describe('C01: a postgresql.conf that is wrong', () => {
  it.each([
    ['has an unknown name', 'work_mem = 8MB\nwork_men = 4MB', 2, 'work_men', /not known.*work_mem meant/],
    ['is out of bounds', 'work_mem = 1kB', 1, 'work_mem', /outside 64 to/],
    ['has a wrong unit', 'work_mem = 4mb', 1, 'work_mem', /with a unit or none/],
    ['has an unclosed quote', "\n\nlog_line_prefix = 'x", 3, 'log_line_prefix', /quote is not closed/],
    [
      'has a word that an enum does not take',
      'log_statement = some',
      1,
      'log_statement',
      /accepted are none, ddl/,
    ],
    [
      'has a text that the server cannot take',
      "TimeZone = 'Mars/Olympus'",
      1,
      'TimeZone',
      /PostgreSQL refuses/,
    ],
    [
      'has a restart-only value that would not start',
      'huge_pages = maybe',
      1,
      'huge_pages',
      /PostgreSQL refuses/,
    ],
    [
      'preloads a library that is not there',
      "shared_preload_libraries = 'nolib'",
      1,
      'shared_preload_libraries',
      /names nolib/,
    ],
    [
      'reserves every connection',
      'superuser_reserved_connections = 50',
      1,
      'superuser_reserved_connections',
      /leaves no connection/,
    ],
    ['moves the server away', 'port = 1', 1, 'port', /everybody finds/],
    ['moves pg_hba.conf away', "hba_file = '/tmp/x'", 1, 'hba_file', /cannot be changed here/],
    ['includes another file', "include 'x.conf'", 1, 'include', /not followed/],
  ])('%s is refused with its line, and the last good one runs on', async (_, text, line, name, message) => {
    const before = await applied('postgresql.conf');
    await setup().mount({ ...good, 'postgresql.conf': text, 'pg_hba.conf': `# new\n${openHba}` });
    const status = await setup().look();
    expect(status.phase).toBe('refused');
    expect(status.problems).toEqual([
      { file: 'postgresql.conf', line, name, message: expect.stringMatching(message) },
    ]);
    expect(status.appliedDigest).not.toBe(status.desiredDigest);
    expect(await applied('postgresql.conf')).toBe(before);
    expect(await applied('pg_hba.conf')).toBe(openHba);
    expect(await shown('work_mem')).toBe('8MB');
    // The server's own next reload, from whomever, finds nothing wrong on disk.
    expect(await setup().server.query('SELECT 1 FROM pg_file_settings WHERE error IS NOT NULL')).toEqual([]);
  });

  it('is counted once however often it is looked at, and told right when corrected', async () => {
    const refused = async () =>
      (await setup().registry.getSingleMetric('howdah_config_reload_applies_total')?.get())?.values.find(
        ({ labels }) => labels.outcome === 'refused',
      )?.value ?? 0;
    const before = await refused();
    await setup().mount({ ...good, 'postgresql.conf': 'work_mem = 1kB' });
    await setup().look();
    await setup().look();
    expect(await refused()).toBe(before + 1);
    await setup().mount(good);
    expect(await setup().look()).toMatchObject({ phase: 'in-force', problems: [] });
  });

  it('tells all problems of all files at once', async () => {
    await setup().mount({
      'postgresql.conf': 'a = 1\nwork_mem = x',
      'pg_hba.conf': 'hosts',
      'pgaudit.conf': 'work_mem = 1MB',
    });
    expect((await setup().look()).problems.map(({ file, line }) => `${file}:${line}`)).toEqual(
      ['pg_hba.conf:1', 'postgresql.conf:1', 'postgresql.conf:2', 'pgaudit.conf:1'].toSorted((a, b) =>
        a.startsWith('pg_hba') ? 1 : b.startsWith('pg_hba') ? -1 : 0,
      ),
    );
  });
});

describe('C02: a pg_hba.conf that PostgreSQL cannot read', () => {
  it.each([
    ['a host name with a mask', 'host all all example.org 255.255.255.0 md5', 2],
    ['an unknown method', 'host all all all magic', 2],
    ['noise', 'host all all 300.1.1.1/99 md5', 2],
  ])('with %s is refused with its line before any reload', async (_, rule, line) => {
    await setup().mount({ ...good, 'pg_hba.conf': `${openHba}${rule}\n` });
    const status = await setup().look();
    expect(status).toMatchObject({ phase: 'refused', problems: [{ file: 'pg_hba.conf', line }] });
    expect(await applied('pg_hba.conf')).toBe(openHba);
    expect(await setup().server.query('SELECT 1 FROM pg_hba_file_rules WHERE error IS NOT NULL')).toEqual([]);
  });

  it('of 5 MB of noise is refused unread', async () => {
    await setup().mount({ ...good, 'pg_hba.conf': Buffer.alloc(5_000_000, 120) });
    expect((await setup().look()).problems).toEqual([
      { file: 'pg_hba.conf', message: expect.stringContaining('5000000 bytes') },
    ]);
  });
});

describe('C03: a pg_hba.conf that locks out', () => {
  it.each([
    ['rejects all', 'local all all reject\n', 1],
    ['is only comments', '# nobody\n', undefined],
    ['asks the agents for a password', 'local all all scram-sha-256\n', 1],
  ])('because it %s is refused by the lock-out test', async (_, text, line) => {
    await setup().mount({ ...good, 'pg_hba.conf': text });
    const { phase, problems } = await setup().look();
    expect(phase).toBe('refused');
    expect(problems).toHaveLength(3);
    expect(problems[0]?.message).toMatch(/would lock out howdah_config over the unix socket/);
    expect(problems[0]?.line).toBe(line);
    expect(await applied('pg_hba.conf')).toBe(openHba);
  });
});

describe('C04: a mount that changes back or loses a file', () => {
  it('swapped back at once ends where it was', async () => {
    const { appliedDigest } = await setup().look();
    await setup().mount({ ...good, 'postgresql.conf': 'work_mem = 14MB\n' });
    await setup().mount(good);
    expect(await setup().look()).toMatchObject({
      phase: 'in-force',
      appliedDigest,
      desiredDigest: appliedDigest,
    });
    expect(await shown('work_mem')).toBe('8MB');
  });

  it('without any file goes on with the last good ones', async () => {
    await setup().mount({});
    const status = await setup().look();
    expect(status.phase).toBe('in-force');
    expect(status.files.map(({ present }) => present)).toEqual([false, false, false]);
    expect(await shown('work_mem')).toBe('8MB');
  });

  it('is noticed by itself, and the agent ends when it is asked to', async () => {
    const stop = new AbortController();
    const running = setup().agent.run(stop.signal);
    await setup().mount({ ...good, 'postgresql.conf': 'work_mem = 15MB\n' });
    // Far sooner than the poll of 15 s: by the event.
    await expect.poll(() => shown('work_mem'), { timeout: 5_000 }).toBe('15MB');
    stop.abort();
    await running;
  });
});

describe('C05: what is no file of settings', () => {
  it.each([
    ['an empty file', '', /is empty/],
    ['no text', new Uint8Array([0xff, 0xfe, 0x77]), /not UTF-8/],
    ['a zero byte', 'work_mem = 4MB\0', /zero byte/],
  ])('such as %s is refused, said', async (_, content, message) => {
    await setup().mount({ ...good, 'postgresql.conf': content });
    expect(await setup().look()).toMatchObject({
      phase: 'refused',
      problems: [{ file: 'postgresql.conf', message: expect.stringMatching(message) }],
    });
    expect(await shown('work_mem')).toBe('8MB');
  });

  it('such as a directory in its place is refused, said', async () => {
    await setup().mount({ 'pg_hba.conf': openHba });
    await mkdir(join(setup().mounted, '..data', 'postgresql.conf'));
    expect(await setup().look()).toMatchObject({
      phase: 'refused',
      problems: [{ file: 'postgresql.conf', message: 'is a directory where a file should be' }],
    });
  });
});

describe('C09: what somebody changed past the files', () => {
  it('is shown by name, values and source, since when', async () => {
    const { server } = setup();
    const drift = async () => (await setup().look()).drift.map(({ since: _, ...difference }) => difference);
    await setup().mount({ ...good, 'postgresql.conf': 'work_mem = 8MB\ndefault_statistics_target = 200\n' });
    expect(await drift()).toEqual([]);

    await server.query("ALTER SYSTEM SET work_mem = '32MB'");
    await server.query('ALTER DATABASE postgres SET default_statistics_target = 50');
    await server.query('SELECT pg_reload_conf()');
    await expect.poll(drift).toEqual([
      { name: 'work_mem', desired: '8MB', actual: '32MB', source: 'ALTER SYSTEM' },
      { name: 'default_statistics_target', desired: '200', actual: '50', source: 'ALTER DATABASE postgres' },
    ]);
    expect((await setup().look()).phase).toBe('in-force');

    await server.query('ALTER SYSTEM RESET work_mem');
    await server.query('ALTER DATABASE postgres RESET default_statistics_target');
    await server.query('SELECT pg_reload_conf()');
    await expect.poll(drift).toEqual([]);
  });

  it('includes a pg_hba.conf edited by hand', async () => {
    await writeFile(join(setup().appliedDirectory, 'pg_hba.conf'), `${openHba}# by hand\n`);
    expect((await setup().look()).drift).toEqual([
      expect.objectContaining({ name: 'pg_hba.conf', source: expect.stringContaining('by hand') }),
    ]);
    await setup().mount({ ...good, 'pg_hba.conf': `# next\n${openHba}` });
    expect((await setup().look()).drift).toEqual([]);
  });
});

describe('an applied file that went away', () => {
  it('is made again, since the server would not start without it', async () => {
    await rm(join(setup().appliedDirectory, 'postgresql.conf'));
    expect(await setup().look()).toMatchObject({ phase: 'in-force', drift: [] });
    expect(await applied('postgresql.conf')).toContain("work_mem = '8MB'");
  });
});

describe('a value that may be a secret', () => {
  it('is nowhere told', async () => {
    const conf = (value: string) => ({
      ...good,
      'postgresql.conf': `work_mem = 8MB\nmyapp.api_key = ${value}\n`,
    });
    await setup().mount(conf("'desired-s3cret'"));
    await setup().look();
    await setup().server.query("ALTER SYSTEM SET myapp.api_key = 'actual-s3cret'");
    const drifting = await setup().look();
    expect(drifting.drift).toMatchObject([
      { name: 'myapp.api_key', desired: '[redacted]', actual: '[redacted]' },
    ]);
    await setup().mount(conf('desired-s3cret trailing-s3cret'));
    const refused = await setup().look();
    expect(refused.phase).toBe('refused');
    expect(JSON.stringify([drifting, refused])).not.toContain('s3cret');
    await setup().server.query('ALTER SYSTEM RESET myapp.api_key');
  });
});

describe('an agent that was killed while files were on trial', () => {
  it('puts the old ones back and begins anew', async () => {
    const stateDir = join(setup().appliedDirectory, '..', 'config-reload');
    const before = await applied('postgresql.conf');
    await writeFile(
      join(stateDir, 'before-trial.json'),
      JSON.stringify({ format: 1, conf: before, hba: openHba }),
    );
    await writeFile(join(setup().appliedDirectory, 'pg_hba.conf'), 'local all all reject\n');
    await writeFile(join(setup().appliedDirectory, 'postgresql.conf'), 'broken');
    setup().restartAgent();
    expect(await setup().look()).toMatchObject({ phase: 'in-force', drift: [] });
    expect(await applied('pg_hba.conf')).toBe(openHba);
    expect(await applied('postgresql.conf')).toBe(before);
  });

  it('puts them back also where the mount is gone, and waits for that', async () => {
    const stateDir = join(setup().appliedDirectory, '..', 'config-reload');
    await writeFile(join(stateDir, 'before-trial.json'), JSON.stringify({ format: 1, hba: openHba }));
    await writeFile(join(setup().appliedDirectory, 'pg_hba.conf'), 'local all all reject\n');
    await rename(setup().mounted, `${setup().mounted}-away`);
    setup().restartAgent();
    expect(await setup().look()).toMatchObject({ phase: 'waiting' });
    expect(setup().agent.readiness()).toMatchObject({
      ready: false,
      waitingFor: expect.stringContaining('HOWDAH_POSTGRES_SOURCE_DIR'),
    });
    expect(await applied('pg_hba.conf')).toBe(openHba);
    await rename(`${setup().mounted}-away`, setup().mounted);
    expect(await setup().look()).toMatchObject({ phase: 'in-force' });
  });
});
