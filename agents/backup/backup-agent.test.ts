import { StopRequest } from '@howdah/runtime/agent';
import { fakeClock } from '@howdah/testing/fake-clock';
import pino from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { BackupAgent } from './backup-agent.ts';
import { createMetrics } from './metrics.ts';
import type { BackupRequest, ControlRoute, PatroniWord } from './ports.ts';
import { createStanzaWatch } from './repository/stanza-watch.ts';
import { createRepositoryWatch } from './repository/watch.ts';
import { createTimelineHistory } from './role/timeline-history.ts';
import { createRoleWatch } from './role/watch.ts';
import { journalsOf } from './testing/journals.ts';
import { backupOf, infoOf, scheduleOf } from './testing/samples.ts';
import { memoryOf } from './testing/stanza-memory.ts';
import { verificationsOn } from './testing/verifications.ts';
import { createWake } from './wake.ts';

/** An agent whose Patroni, PostgreSQL and pgBackRest are the test's, an hour before its nightly full. */
const startAgent = async (
  word: PatroniWord = { role: 'primary', timeline: 1 },
  schedule: Parameters<typeof scheduleOf>[0] = {},
) => {
  const clock = fakeClock('2026-03-01T00:00:00Z');
  const backups = [backupOf('full', new Date('2026-02-28T01:00:00Z'))];
  const runs: { readonly request: BackupRequest; finish(): void }[] = [];
  let patroni = word;
  let heard = true;
  let trouble: string | undefined;
  const repository = {
    info: async () => {
      if (trouble === undefined) return infoOf({ backups: [...backups] });
      // pgBackRest does not fail because a store does.
      const status = { code: 99, message: trouble };
      return infoOf({ status, repositories: [{ repo: 1, cipher: 'none', status }] });
    },
    reach: async () => {
      if (trouble !== undefined) throw new Error(trouble);
    },
    createStanza: async () => undefined,
    upgradeStanza: async () => undefined,
    checkStanza: async () => undefined,
    expire: async () => undefined,
    stopOrphans: async () => 0,
    backup: (request: BackupRequest, signal: AbortSignal) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => reject(signal.reason));
      request.onStart(4711);
      const startedAt = clock.now();
      const finish = () => {
        backups.push(backupOf(request.type, startedAt));
        resolve();
      };
      runs.push({ request, finish });
      return promise;
    },
  };
  const server = {
    recovery: async () => {
      if (!heard) throw new Error('no answer');
      return { inRecovery: false, timeline: 1 };
    },
    cluster: async () => ({ systemIdentifier: '1', majorVersion: 15 }),
    archiver: async () => ({
      askedAt: clock.now().getTime() / 1000,
      insertLsn: '0/5000100',
      timeline: 1,
      dataDirectory: '/data',
      currentLsn: '0/5000100',
      segmentBytes: 16_777_216,
      lastArchivedWal: '000000010000000000000004',
      lastArchivedAt: clock.now().getTime() / 1000,
      lastFailedWal: null,
      lastFailedAt: null,
    }),
  };
  const said: { readonly msg: string; readonly waitingFor?: string }[] = [];
  const logger = pino({}, { write: (line: string) => void said.push(JSON.parse(line)) });
  const stanzas = createStanzaWatch({
    repositories: createRepositoryWatch({ repository, configured: [1], clock }),
    ...{ server, volumes: new Map(), memory: memoryOf(), others: async () => [], clock, logger },
  });
  const member = async () => {
    if (!heard) throw new Error('no answer');
    return patroni;
  };
  let progress = 0;
  let control: readonly ControlRoute[] = [];
  const metrics = createMetrics(new Registry());
  const ticks = new Set<() => void>();
  const role = createRoleWatch({ patroni: { member }, server, clock });
  const { repositories } = stanzas;
  const agent = new BackupAgent({
    ...{ repository, server, clock, metrics },
    history: createTimelineHistory({
      history: async () => [{ timeline: 1, endLsn: 0x4000000n }],
    }),
    configFile: undefined,
    walDirectory: { look: async () => ({ readyFiles: 0, freeBytes: 1_000 }) },
    archive: { names: async () => [], history: async () => '' },
    stanza: 'main',
    schedules: [scheduleOf(schedule)],
    requests: [],
    expirations: [],
    initialBackup: true,
    retry: { initialMs: 30_000, maxMs: 1_800_000 },
    member: 'pg-0',
    ...{ role, repositories, stanzas, verifications: verificationsOn({ repositories, role, clock }) },
    journals: journalsOf(clock),
    openControl: async (routes) => {
      control = routes;
      return async () => {
        control = [];
      };
    },
    primary: async () => 'pg-1',
    storage: { look: async () => [{ repo: 1, retentionSet: true }] },
    whenFull: 'fail' as const,
    version: async () => ({ major: 2, minor: 45, text: '2.45' }),
    random: () => 0,
    logger,
    progress: {
      made: () => {
        progress += 1;
      },
    },
    wake: createWake(clock),
    eachMinute: (tick) => {
      ticks.add(tick);
      return () => ticks.delete(tick);
    },
    infoIntervalMs: 60_000,
    archiveIntervalMs: 10_000,
    close: () => undefined,
  });
  const [stopping, shutdown] = [new AbortController(), new AbortController()];
  const ended = agent.run(stopping.signal, shutdown.signal);
  await clock.advance(0);
  return {
    ...{ agent, clock, runs, metrics, ended, ticks, said },
    control: () => control,
    ask: async (path: string, body: object = {}) => {
      const answer = await control.find((route) => route.path === path)?.answer(body);
      await clock.advance(0);
      return answer as { readonly code: number; readonly body: Readonly<Record<string, unknown>> };
    },
    fallsSilent: () => {
      heard = false;
    },
    repositoryFails: (message: string) => {
      trouble = message;
    },
    progress: () => progress,
    becomes: (role: PatroniWord['role']) => {
      patroni = { role, timeline: 2 };
    },
    stop: (why: 'shutdown' | 'config-changed') => {
      stopping.abort(new StopRequest(why));
      if (why === 'shutdown') shutdown.abort(new StopRequest(why));
    },
  };
};

const untilDue = 3_600_000;

describe('the backup agent', () => {
  it('takes what its schedule says when it is due, and says so', async () => {
    const { agent, clock, runs, stop, ended } = await startAgent();
    await clock.advance(untilDue - 1);
    expect(runs).toHaveLength(0);
    await clock.advance(1);
    expect(runs.map(({ request }) => request.type)).toEqual(['full']);
    expect(agent.status().running).toMatchObject({ scheduleId: 'nightly', pid: 4711 });
    runs[0]?.finish();
    await clock.advance(0);
    expect(agent.status()).toMatchObject({ lastRun: { outcome: 'done' } });
    expect(agent.status()).not.toHaveProperty('running');
    await clock.advance(untilDue);
    expect(runs).toHaveLength(1);
    stop('shutdown');
    await ended;
  });

  it('on a replica is ready, reads the repository, and takes what is due when it becomes primary', async () => {
    const { agent, clock, runs, becomes, progress, stop, ended } = await startAgent({ role: 'replica' });
    expect(agent.readiness()).toEqual({ ready: true });
    await clock.advance(untilDue + 60_000);
    expect(runs).toHaveLength(0);
    expect(progress()).toBeGreaterThan(60);
    expect(agent.status().schedules[0]?.overdueSince).toBe('2026-03-01T01:00:00.000Z');
    expect(agent.status()).not.toHaveProperty('archive');
    becomes('primary');
    await clock.advance(3_000);
    expect(runs).toHaveLength(1);
    stop('shutdown');
    await ended;
  });

  it('says that a backup is overdue also when it is no longer made up', async () => {
    const missed = { policy: 'run-once' as const, withinHours: 1 };
    const { agent, clock, runs, becomes, stop, ended } = await startAgent({ role: 'replica' }, { missed });
    await clock.advance(untilDue + 2 * 3_600_000);
    becomes('primary');
    await clock.advance(60_000);
    expect(runs).toHaveLength(0);
    expect(agent.status().schedules[0]?.overdueSince).toBe('2026-03-01T01:00:00.000Z');
    stop('shutdown');
    await ended;
  });

  it('stops the backup when the process is about to end', async () => {
    const { agent, clock, runs, stop, ended } = await startAgent();
    await clock.advance(untilDue);
    expect(runs).toHaveLength(1);
    stop('shutdown');
    await ended;
    expect(agent.status().lastRun).toMatchObject({
      outcome: 'aborted',
      reason: 'the agent was asked to stop',
    });
  });

  it('lets the backup finish when a new configuration waits, and starts no other', async () => {
    const { agent, clock, runs, stop, ended } = await startAgent();
    await clock.advance(untilDue);
    stop('config-changed');
    await clock.advance(30_000);
    expect(agent.status().running).toBeDefined();
    runs[0]?.finish();
    await ended;
    expect(agent.status().lastRun).toMatchObject({ outcome: 'done' });
  });

  it('stops it all the same when the process is about to end meanwhile', async () => {
    const { agent, clock, stop, ended } = await startAgent();
    await clock.advance(untilDue);
    stop('config-changed');
    await clock.advance(1_000);
    expect(agent.status().running).toBeDefined();
    stop('shutdown');
    await ended;
    expect(agent.status().lastRun).toMatchObject({
      outcome: 'aborted',
      reason: 'the agent was asked to stop',
    });
  });

  it('stops it all the same when the role is lost meanwhile', async () => {
    const { agent, clock, stop, becomes, ended } = await startAgent();
    await clock.advance(untilDue);
    stop('config-changed');
    becomes('replica');
    await clock.advance(1_000);
    await ended;
    expect(agent.status().lastRun).toMatchObject({ outcome: 'aborted' });
  });

  it('leaves no timer, no tick and no series behind', async () => {
    const { clock, metrics, ticks, stop, ended } = await startAgent();
    expect(ticks.size).toBe(1);
    stop('shutdown');
    await ended;
    expect([clock.sleepers, ticks.size, metrics.source]).toEqual([0, 0, undefined]);
  });

  it('tells how much WAL is at risk on the primary, and which timelines have ended', async () => {
    const { agent, clock, stop, ended } = await startAgent();
    await clock.advance(10_000);
    expect(agent.status()).toMatchObject({
      archive: { atRiskBytes: 0x100, segmentBytes: 16_777_216 },
      history: [{ timeline: 1, endLsn: '0/4000000' }],
    });
    stop('shutdown');
    await ended;
  });

  it('shows no WAL at risk any more, and says so, once nobody says that this is the primary', async () => {
    const { agent, clock, said, fallsSilent, stop, ended } = await startAgent();
    await clock.advance(10_000);
    fallsSilent();
    await clock.advance(20_000);
    expect(agent.status()).toMatchObject({ role: 'unknown' });
    expect(agent.status()).not.toHaveProperty('archive');
    expect(said.filter(({ msg }) => msg === 'role')).toMatchObject([
      { role: 'primary' },
      { role: 'unknown', before: 'primary' },
    ]);
    stop('shutdown');
    await ended;
  });

  it.each([
    ['just after a reading', 1],
    ['just after it was asked for a sign of life', 30_001],
  ])('shows a store that dies %s within a minute', async (_, diesAfterMs) => {
    const { agent, clock, metrics, repositoryFails, stop, ended } = await startAgent();
    await clock.advance(diesAfterMs);
    repositoryFails('no route to host');
    await clock.advance(60_000);
    expect(agent.status().repositories).toMatchObject([{ reachable: false, message: 'no route to host' }]);
    expect(metrics.source?.().storage).toEqual([{ repo: 1, retentionSet: true }]);
    stop('shutdown');
    await ended;
  });

  it('says once that it waits for a store that words each refusal anew', async () => {
    const { agent, clock, said, repositoryFails, stop, ended } = await startAgent();
    for (const request of ['7F3A', '81CC', '90D2']) {
      repositoryFails(`HTTP request failed with 503: x-amz-request-id: ${request}`);
      await clock.advance(60_000);
    }
    expect(agent.readiness()).toMatchObject({ waitingFor: expect.stringContaining('90D2') });
    expect(said.filter(({ msg }) => msg === 'waiting')).toHaveLength(1);
    stop('shutdown');
    await ended;
  });
});

describe('a person in the pod', () => {
  it('has a backup taken at once, and is told what came of it', async () => {
    const { agent, ask, runs, clock, stop, ended } = await startAgent();
    const { code, body } = await ask('/backup/now', { type: 'incr' });
    expect({ code, body }).toMatchObject({ code: 202, body: { id: 'now-20260301t000000z', repo: 1 } });
    expect(agent.status().running).toMatchObject({
      scheduleId: 'request/now-20260301t000000z',
      type: 'incr',
    });
    runs[0]?.finish();
    await clock.advance(0);
    const [request] = agent.status().requests ?? [];
    expect(request).toMatchObject({
      id: 'now-20260301t000000z',
      repos: [{ repo: 1, label: '20260301-000000I' }],
    });
    await clock.advance(60_000);
    expect(runs).toHaveLength(1);
    stop('shutdown');
    await ended;
  });

  it('is sent from a replica to the primary, and nothing is done', async () => {
    const { ask, runs, agent, stop, ended } = await startAgent({ role: 'replica' });
    expect(await ask('/backup/now', { type: 'full' })).toMatchObject({
      ...{ code: 409, body: { refused: 'this member is replica; ask the primary, pg-1' } },
    });
    expect(await ask('/backup/cancel')).toMatchObject({
      ...{
        code: 409,
        body: { refused: expect.stringMatching(/^nothing to cancel on pg-0: .*; ask the primary, pg-1$/) },
      },
    });
    expect([runs.length, agent.status().requests]).toEqual([0, []]);
    stop('shutdown');
    await ended;
  });

  it.each([
    [{ type: 'huge' }, /Invalid option/],
    [{ type: 'full', shell: 'sh' }, /Unrecognized key/],
    [{ type: 'full', repo: 7 }, /there is no repository 7, only 1/],
  ])('is refused %j', async (question, words) => {
    const { ask, stop, ended } = await startAgent();
    const { code, body } = await ask('/backup/now', question);
    expect(code).toBe(400);
    expect(body.refused).toMatch(words);
    stop('shutdown');
    await ended;
  });

  it('stops the backup that runs, which is not begun again before its next due time', async () => {
    const hourly = { cron: '0 * * * *' };
    const { agent, ask, clock, runs, stop, ended } = await startAgent(undefined, hourly);
    expect(await ask('/backup/cancel')).toMatchObject({ code: 202, body: { scheduleId: 'nightly' } });
    expect(agent.status().lastRun).toMatchObject({
      ...{ outcome: 'aborted', reason: 'cancelled by howdah backup cancel on pg-0' },
    });
    await clock.advance(untilDue - 60_000);
    expect(runs).toHaveLength(1);
    expect(agent.status().schedules[0]?.overdueSince).toBe('2026-03-01T00:00:00.000Z');
    await clock.advance(60_000);
    expect(runs).toHaveLength(2);
    stop('shutdown');
    await ended;
  });

  it('gets no second try of what was stopped or lost: whoever asked may ask again', async () => {
    const { agent, ask, clock, becomes, runs, stop, ended } = await startAgent();
    await ask('/backup/now', { type: 'incr' });
    becomes('replica');
    await clock.advance(1_000);
    becomes('primary');
    await clock.advance(120_000);
    expect(runs).toHaveLength(1);
    expect(agent.status().requests).toMatchObject([{ gaveUp: 'this member is replica now' }]);
    stop('shutdown');
    await ended;
  });

  it('is told to wait while a new configuration does, and finds no socket when the agent has ended', async () => {
    const { ask, control, clock, runs, stop, ended } = await startAgent();
    await clock.advance(untilDue);
    stop('config-changed');
    expect(await ask('/backup/now', { type: 'full' })).toMatchObject({ code: 409 });
    runs[0]?.finish();
    await ended;
    expect(control()).toEqual([]);
  });
});
