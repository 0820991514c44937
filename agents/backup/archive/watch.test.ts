import { fakeClock } from '@howdah/testing/fake-clock';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { PatroniWord } from '../ports.ts';
import { createRepositoryWatch } from '../repository/watch.ts';
import { createRoleWatch } from '../role/watch.ts';
import { backupOf, infoOf } from '../testing/samples.ts';
import { nameOf } from '../wal.ts';
import { ArchiveWatch } from './watch.ts';

const quiet = new AbortController().signal;
const segmentBytes = 16 * 1024 * 1024;
const wal = (number: number): string => nameOf({ timeline: 1, number }, segmentBytes);

/** A primary that writes segment 5, with a backup in segment 3; what else there is is the test's. */
const primary = async () => {
  const clock = fakeClock();
  const state = {
    backups: [backupOf('full', new Date('2026-02-28T01:00:00Z'))],
    held: [3, 4],
    writes: 5,
    patroni: { role: 'primary', timeline: 1 } as PatroniWord,
    storeFails: false,
    whileListed: () => undefined as unknown,
    seesWal: true,
  };
  let listings = 0;
  const said: { readonly msg: string }[] = [];
  const repository = {
    reach: async () => undefined,
    info: async () =>
      infoOf({
        backups: [...state.backups],
        archives: [
          { repo: 1, databaseId: 1, postgresVersion: '15', walMin: wal(3), walMax: wal(state.writes - 1) },
        ],
      }),
  };
  const role = createRoleWatch({
    patroni: { member: async () => state.patroni },
    server: { recovery: async () => ({ inRecovery: false, timeline: 1 }) },
    clock,
  });
  const repositories = createRepositoryWatch({ repository, configured: [1], clock });
  const watch = new ArchiveWatch({
    ...{ role, repositories, clock },
    server: {
      archiver: async () => ({
        askedAt: clock.now().getTime() / 1000,
        currentLsn: `0/${state.writes}000100`,
        insertLsn: `0/${state.writes}000100`,
        timeline: 1,
        dataDirectory: '/data',
        segmentBytes,
        lastArchivedWal: wal(state.writes - 1),
        lastArchivedAt: clock.now().getTime() / 1000,
        lastFailedWal: null,
        lastFailedAt: null,
      }),
    },
    walDirectory: {
      look: async () => {
        if (!state.seesWal) throw new Error('ENOENT');
        return { readyFiles: 0, freeBytes: 1_000 };
      },
    },
    archive: {
      names: async (_, directory) => {
        if (state.storeFails) throw new Error(`503, request ${listings}`);
        if (directory === undefined) {
          listings += 1;
          return ['0000000100000000'];
        }
        state.whileListed();
        return state.held.map((number) => `${wal(number)}-${'a'.repeat(40)}`);
      },
      history: async () => '',
    },
    logger: pino({}, { write: (line: string) => void said.push(JSON.parse(line)) }),
  });
  const look = async () => {
    await role.ask(quiet);
    await repositories.read(quiet);
    await watch.look(quiet);
    await watch.list(quiet);
  };
  await look();
  return { watch, clock, state, look, said, listings: () => listings };
};

const writesOn = (state: { writes: number; held: number[] }) => {
  state.held.push(state.writes);
  state.writes += 1;
};

describe('the watch over the archive', () => {
  it('moves the latest point in time on with each segment that has left', async () => {
    const { watch, clock, state, look } = await primary();
    const [backup] = state.backups;
    const startedAt = clock.now();
    await clock.advance(15_000);
    expect(watch.repositories()[0]?.restorable).toEqual([{ from: backup?.stoppedAt, to: backup?.stoppedAt }]);
    writesOn(state);
    await look();
    expect(watch.repositories()[0]?.restorable).toEqual([{ from: backup?.stoppedAt, to: startedAt }]);
  });

  it('looks through the archive at once, after each new backup, and else hourly', async () => {
    const { clock, state, look, listings } = await primary();
    expect(listings()).toBe(1);
    await clock.advance(59 * 60_000);
    await look();
    expect(listings()).toBe(1);
    state.backups.push(backupOf('incr', clock.now()));
    await look();
    expect(listings()).toBe(2);
    await clock.advance(59 * 60_000);
    await look();
    expect(listings()).toBe(2);
    await clock.advance(60_000);
    await look();
    expect(listings()).toBe(3);
  });

  it('says once what is missing, and nothing of WAL that a backup needed which has gone', async () => {
    const { watch, clock, state, look, said } = await primary();
    writesOn(state);
    state.held = [3, 5];
    await clock.advance(3_600_000);
    await look();
    await clock.advance(3_600_000);
    await look();
    expect(watch.repositories()[0]?.gaps?.ranges).toEqual([{ from: wal(4), to: wal(4), segments: 1 }]);
    expect(said.filter(({ msg }) => msg === 'WAL is missing in the archive')).toHaveLength(1);
    state.backups = [backupOf('full', clock.now(), { walStart: wal(5), walStop: wal(5) })];
    await look();
    expect(watch.repositories()[0]?.gaps?.ranges).toEqual([]);
  });

  it('takes nothing for missing that is expired while it looks', async () => {
    const { watch, clock, state, look } = await primary();
    await clock.advance(3_600_000);
    writesOn(state);
    state.whileListed = () => {
      state.backups = [backupOf('full', clock.now(), { walStart: wal(5), walStop: wal(5) })];
      state.held = [5];
    };
    await look();
    expect(watch.repositories()[0]?.gaps).toEqual({ listedAt: clock.now(), ranges: [] });
  });

  it('keeps what it saw while the store does not answer, says so once, and tries again each hour', async () => {
    const { watch, clock, state, look, said } = await primary();
    const { gaps } = watch.repositories()[0] ?? {};
    state.storeFails = true;
    await clock.advance(3_600_000);
    await look();
    await clock.advance(60_000);
    await look();
    expect(watch.repositories()[0]).toMatchObject({ gaps, problem: '503, request 1' });
    expect(said.filter(({ msg }) => msg === 'archive could not be looked through')).toHaveLength(1);
    state.storeFails = false;
    await clock.advance(3_600_000);
    await look();
    expect(watch.repositories()[0]).not.toHaveProperty('problem');
  });

  it('says nothing of queue and room where pg_wal cannot be seen, and still how far the archive is', async () => {
    const { watch, state, look, said } = await primary();
    state.seesWal = false;
    await look();
    await look();
    expect(watch.state).toMatchObject({ atRiskBytes: 0x100 });
    expect(watch.state).not.toHaveProperty('queue');
    expect(watch.state).not.toHaveProperty('walVolume');
    expect(said.filter(({ msg }) => msg === 'pg_wal cannot be looked into')).toHaveLength(1);
  });

  it('knows on a replica of the backups’ ends alone', async () => {
    const { watch, clock, state, look } = await primary();
    const [backup] = state.backups;
    await clock.advance(15_000);
    writesOn(state);
    state.patroni = { role: 'replica', timeline: 1 };
    await look();
    expect(watch.state).toBeUndefined();
    expect(watch.repositories()).toEqual([
      { repo: 1, restorable: [{ from: backup?.stoppedAt, to: backup?.stoppedAt }] },
    ]);
  });

  it('keeps its samples when it is primary again on the same timeline', async () => {
    const { watch, clock, state, look } = await primary();
    const startedAt = clock.now();
    state.patroni = { role: 'unknown' };
    await clock.advance(15_000);
    await look();
    state.patroni = { role: 'primary', timeline: 1 };
    writesOn(state);
    await look();
    expect(watch.repositories()[0]?.restorable[0]?.to).toEqual(startedAt);
  });
});
