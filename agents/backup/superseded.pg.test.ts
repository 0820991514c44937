import { chown, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import type { PgBackRest } from '@howdah/pgbackrest/run';
import { createLogger } from '@howdah/runtime/logger';
import type { RunOutcome } from '@howdah/status/backup';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import { databaseUser, identityOf, runAs } from '@howdah/testing/run-as';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseHistory } from './archive/history-file.ts';
import { Expirations } from './expire.ts';
import { BackupLoop } from './loop.ts';
import type { Expiration } from './model.ts';
import { markSuperseded } from './repository/mark-superseded.ts';
import { createStanzaWatch } from './repository/stanza-watch.ts';
import { presentLine } from './repository/superseded.ts';
import { createRepositoryWatch } from './repository/watch.ts';
import { createTimelineHistory } from './role/timeline-history.ts';
import { createRoleWatch } from './role/watch.ts';
import type { TimedSchedule } from './schedule.ts';
import { journalsOf } from './testing/journals.ts';
import { memoryJournalStore } from './testing/memory-journal-store.ts';
import { repositoryOn } from './testing/repository-on.ts';
import { dueOnce } from './testing/samples.ts';
import { serverOn } from './testing/server-on.ts';
import { memoryOf } from './testing/stanza-memory.ts';

// Two servers of one cluster, both with their archive in one repository that keeps two full backups. Patroni's word
// alone is made up; the history that it would tell is read from the promoted server's own file.
const quiet = () => new AbortController().signal;
const test = useRepository({ settings: { 'repo1-retention-full': '2' } });

const undo: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const one of undo.toReversed()) await one();
}, 60_000);

const clock = systemClock;
const { store } = memoryJournalStore();

interface Place {
  readonly socketDir: string;
  readonly port: number;
  readonly dataDirectory: string;
  readonly program: PgBackRest;
  readonly timeline: number;
}

/** What Patroni makes of the history file in pg_wal; nothing of a server on timeline 1. */
const historyOf = async ({ dataDirectory, timeline }: Place) => {
  if (timeline === 1) return [];
  const file = join(dataDirectory, 'pg_wal', `0000000${timeline}.history`);
  const spans = parseHistory(await readFile(file, 'utf8'), timeline);
  const endedAt = (await stat(file)).mtime.toISOString();
  return spans
    .slice(0, -1)
    .map((span, index) => ({ timeline: span.timeline, endLsn: spans[index + 1]?.beginLsn ?? 0n, endedAt }));
};

/** The agent's loop beside a server that its Patroni calls the primary. */
const memberAt = async (
  name: string,
  place: Place,
  schedules: readonly TimedSchedule[],
  asked: readonly Expiration[] = [],
) => {
  const outcomes: RunOutcome[] = [];
  const logger = createLogger('test', { level: 'silent' });
  const repository = repositoryOn(place.program);
  const server = serverOn(place);
  const history = createTimelineHistory({ history: () => historyOf(place) });
  const role = createRoleWatch({
    patroni: { member: async () => ({ role: 'primary', timeline: place.timeline }) },
    ...{ server, clock },
  });
  const stanzas = createStanzaWatch({
    repositories: createRepositoryWatch({ repository, configured: [1], clock }),
    ...{ server, volumes: new Map(), memory: memoryOf(), others: async () => [], clock, logger },
  });
  const repositories = markSuperseded(stanzas.repositories, () => presentLine(role.view(), history.known()));
  await Promise.all([role.ask(quiet()), repositories.read(quiet()), history.read(quiet())]);
  const journals = journalsOf(clock, store, name);
  await journals.look(repositories.views(), { timeline: place.timeline }, quiet());
  const expirations = new Expirations({ asked, repository, repositories, role, clock, logger });
  const loop = new BackupLoop({
    ...{ repositories, stanzas, clock, role, repository, journals, logger, member: name, timed: schedules },
    expirations,
    initialBackup: true,
    retry: { initialMs: 1_000, maxMs: 10_000 },
    random: () => 0.5,
    onOutcome: (outcome) => outcomes.push(outcome),
  });
  const cycle = async () => {
    await role.ask(quiet());
    return loop.cycle(quiet());
  };
  const backups = () => repositories.views()[0]?.backups ?? [];
  return { loop, cycle, outcomes, backups, journals, expirations };
};

const sql = async (place: Pick<Place, 'socketDir' | 'port'>, text: string): Promise<readonly string[]> => {
  const args = [
    '-XAt',
    '-h',
    place.socketDir,
    '-p',
    String(place.port),
    '-U',
    'postgres',
    '-c',
    text,
    'postgres',
  ];
  const { stdout } = await runAs(databaseUser(), join(postgresBinaries(), 'psql'), args);
  return stdout.split('\n').slice(0, -1);
};

/** A data directory of its own beside its socket, gone after the test. */
const emptyPlace = async (port: number) => {
  const socketDir = await mkdtemp('/tmp/howdah-superseded-');
  undo.push(() => rm(socketDir, { recursive: true, force: true }));
  const { uid, gid } = identityOf(databaseUser());
  if (uid !== undefined && gid !== undefined) await chown(socketDir, uid, gid);
  const dataDirectory = join(socketDir, 'data');
  await runAs(databaseUser(), 'mkdir', ['-m', '700', dataDirectory]);
  return { socketDir, port, dataDirectory };
};

const control = ({ dataDirectory }: Pick<Place, 'dataDirectory'>, ...args: readonly string[]) =>
  runAs(databaseUser(), join(postgresBinaries(), 'pg_ctl'), ['-D', dataDirectory, '-w', ...args]);

const start = async (
  place: Pick<Place, 'socketDir' | 'port' | 'dataDirectory'>,
  settings: Readonly<Record<string, string>>,
): Promise<void> => {
  const all = { unix_socket_directories: place.socketDir, port: String(place.port), ...settings };
  const options = Object.entries(all)
    .map(([name, value]) => `-c '${name}=${value}'`)
    .join(' ');
  await control(place, '-l', `${place.dataDirectory}.log`, '-o', options, 'start');
  undo.push(() => control(place, '-m', 'immediate', 'stop').catch(() => undefined));
};

const untilPrimary = (place: Pick<Place, 'socketDir' | 'port'>) =>
  vi.waitFor(async () => expect(await sql(place, 'SELECT pg_is_in_recovery()')).toEqual(['f']), {
    timeout: 30_000,
    interval: 200,
  });

const former = (): Place => {
  const { server, pgbackrest } = test();
  const { socketDir, port, dataDirectory } = server;
  return { socketDir, port, dataDirectory, program: pgbackrest, timeline: 1 };
};

/** A standby of the first server, with a pgbackrest.conf of its own. */
const standby = async (): Promise<Place> => {
  const from = former();
  const place = await emptyPlace(5433);
  await runAs(databaseUser(), join(postgresBinaries(), 'pg_basebackup'), [
    ...['-h', from.socketDir, '-p', String(from.port), '-U', 'postgres'],
    ...['-D', place.dataDirectory, '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
  ]);
  const configFile = join(place.socketDir, 'pgbackrest.conf');
  const text = (await readFile(test().pgbackrest.configFile, 'utf8'))
    .replace(/^pg1-path=.*$/m, `pg1-path=${place.dataDirectory}`)
    .replace(/^pg1-socket-path=.*$/m, `pg1-socket-path=${place.socketDir}`)
    .replace(/^pg1-port=.*$/m, `pg1-port=${place.port}`);
  await writeFile(configFile, text, { mode: 0o644 });
  const program = { ...from.program, configFile };
  const push = `pgbackrest --config=${configFile} --stanza=main archive-push %p`;
  await start(place, { archive_command: push });
  return { ...place, program, timeline: 2 };
};

/** The rows of the server that comes up from one backup, with all that the archive has on its way to the timeline. */
const rowsFrom = async (label: string, timeline: number, port: number): Promise<readonly string[]> => {
  const place = await emptyPlace(port);
  const { binary, configFile } = test().pgbackrest;
  await runAs(databaseUser(), 'sh', [
    '-c',
    `${binary.startsWith('/') ? 'pgbackrest' : binary} --config=${configFile} --stanza=main --pg1-path=${place.dataDirectory} --set=${label} --target-timeline=${timeline} --archive-mode=off --log-level-console=off restore`,
  ]);
  await start(place, {});
  await untilPrimary(place);
  return sql(place, 'SELECT word FROM said ORDER BY at');
};

describe('after a promotion that the former primary did not hear of', () => {
  let nightly: TimedSchedule;
  let present: Place;
  let taken: Record<'before' | 'superseded', string>;

  beforeAll(async () => {
    await sql(former(), 'CREATE TABLE said (word text, at timestamptz DEFAULT clock_timestamp())');
    const first = await memberAt('former', former(), [dueOnce('first', 'full', new Date())]);
    await first.cycle();
    expect(first.outcomes).toMatchObject([{ outcome: 'done', scheduleId: 'first' }]);
    present = await standby();
    // Tests' servers commit asynchronously: this one is to be in the WAL that the standby is waited for.
    await sql(former(), "SET synchronous_commit = on; INSERT INTO said VALUES ('of both')");
    const [at = ''] = await sql(former(), 'SELECT pg_current_wal_lsn()');
    await vi.waitFor(
      async () => expect(await sql(present, `SELECT pg_last_wal_replay_lsn() >= '${at}'`)).toEqual(['t']),
      { timeout: 30_000 },
    );
    await sql(present, 'SELECT pg_promote()');
    await untilPrimary(present);
    // pgBackRest wants the promotion's checkpoint, which PostgreSQL is in no hurry to make beside other work.
    await sql(present, 'CHECKPOINT');
    await sql(former(), "INSERT INTO said VALUES ('of the former primary')");
    await sql(present, "INSERT INTO said VALUES ('of the present primary')");
    nightly = dueOnce('nightly', 'full', new Date());
    const { loop, cycle, outcomes } = await memberAt('former', former(), [nightly]);
    await cycle();
    expect(loop.dues()).toEqual([]);
    taken = { before: first.outcomes[0]?.label ?? '', superseded: outcomes[0]?.label ?? '' };
    expect(outcomes).toMatchObject([{ outcome: 'done', scheduleId: 'nightly' }]);
  }, 180_000);

  it('knows what the former primary took since as superseded, and nothing else', async () => {
    const { backups } = await memberAt('present', present, [nightly]);
    expect(backups().map(({ label, superseded }) => [label, superseded])).toEqual([
      [taken.before, undefined],
      [taken.superseded, 'left-behind'],
    ]);
  });

  it('takes a full where an incr is due, since pgBackRest would build on the superseded one', async () => {
    const { loop } = await memberAt('present', present, [dueOnce('hourly', 'incr', new Date())]);
    expect(loop.dues()).toMatchObject([{ scheduleId: 'hourly', type: 'full', insteadOf: 'incr' }]);
  });

  it('keeps a request to expire from preferring it to good ones', async () => {
    const asked = { id: 'now', repos: [1], at: new Date(), withinHours: 24 };
    const { cycle, backups, expirations } = await memberAt('present', present, [], [asked]);
    await cycle();
    expect(expirations.runs.get('now')?.ended).toMatchObject({
      expired: [],
      reason: expect.stringContaining(`repo1: ${taken.superseded} is superseded`),
    });
    expect(backups()).toHaveLength(2);
  });

  it('takes the due time again, keeps the older good one, then lets the superseded one go', async () => {
    const { cycle, outcomes, backups, journals } = await memberAt('present', present, [nightly]);
    expect(await cycle()).toBe(0);
    expect(outcomes).toMatchObject([{ scheduleId: 'nightly', type: 'full', outcome: 'done' }]);
    const again = outcomes[0]?.label ?? '';
    expect(journals.entries()[0]).toMatchObject({ schedule: 'nightly', attempt: 2, member: 'present' });
    // Three are more than the retention keeps: it has waited.
    expect(backups().map(({ label }) => label)).toEqual([taken.before, taken.superseded, again]);
    expect(await cycle()).toBe(0);
    expect(backups().map(({ label }) => label)).toEqual([taken.before, again]);
    expect(await cycle()).toBeGreaterThan(0);
    expect(outcomes).toHaveLength(1);

    const whole = ['of both', 'of the present primary'];
    expect(await rowsFrom(taken.before, 2, 5434)).toEqual(whole);
    expect(await rowsFrom(again, 2, 5435)).toEqual(whole);
  }, 180_000);
});
