import { HowdahError } from '@howdah/core/errors';
import { agentCommon } from '@howdah/status/common';
import { type FakeClock, fakeClock } from '@howdah/testing/fake-clock';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Agent, StopRequest } from './agent.ts';
import { directoriesFrom } from './directories.ts';
import { createLogger } from './logger.ts';
import { createRegistry, createRuntimeMetrics } from './metrics.ts';
import { Supervisor } from './supervisor.ts';

const logger = createLogger('test', { level: 'silent' });
const failing = { code: 'HOWDAH_TEST', meaning: 'm', remedy: 'mend it', retry: 'backoff' } as const;

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

const supervise = async (clock: FakeClock, state: string, create: (config: unknown) => Agent) => {
  const registry = createRegistry();
  const supervisor = new Supervisor({
    definition: {
      name: 'exporter',
      schema: z.unknown(),
      createMetrics: () => undefined,
      create: ({ config }) => create(config),
    },
    agentMetrics: undefined,
    metrics: createRuntimeMetrics(registry),
    logger,
    clock,
    directories: directoriesFrom({ HOWDAH_STATE_DIR: state }),
    member: 'pg-0',
    random: () => 1,
  });
  return { supervisor, registry };
};

const agent = (run: Agent['run']): Agent => ({
  run,
  status: () => ({ version: 1 }),
  readiness: () => ({ ready: true }),
});
const valid = (config: unknown) =>
  ({ state: 'valid', digest: JSON.stringify(config), config, namedFiles: [], problems: [] }) as const;
const eventually = (condition: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => (condition() ? resolve() : void setImmediate(look));
    look();
  });

describe('a supervised agent', () => {
  it('starts again after a failure, with a delay that grows, and says so', async () => {
    await using state = await temporaryDirectory();
    const clock = fakeClock();
    let starts = 0;
    const { supervisor, registry } = await supervise(clock, state.path, () =>
      agent(async () => {
        starts += 1;
        throw new HowdahError(failing, 'the store is away');
      }),
    );
    supervisor.accept(valid(1));
    const stop = new AbortController();
    const running = supervisor.run(stop.signal);

    for (const [at, delayMs] of [1_000, 2_000, 4_000].entries()) {
      await eventually(() => clock.sleepers === 1);
      expect(starts).toBe(at + 1);
      await clock.advance(delayMs - 1);
      expect(starts).toBe(at + 1);
      await clock.advance(1);
      await eventually(() => starts === at + 2);
    }
    await eventually(() => clock.sleepers === 1);
    expect(supervisor.status()).toMatchObject({
      state: 'restarting',
      restarts: 4,
      lastError: { code: 'HOWDAH_TEST', remedy: 'mend it' },
    });
    expect(agentCommon.safeParse(supervisor.status()).success).toBe(true);
    expect(supervisor.readiness()).toEqual({ ready: false, waitingFor: 'a restart: the store is away' });
    supervisor.refreshMetrics();
    expect(await registry.getSingleMetricAsString('howdah_agent_up')).toContain(
      'howdah_agent_up{agent="exporter"} 0',
    );
    expect(await registry.getSingleMetricAsString('howdah_agent_restarts_total')).toContain(
      '{agent="exporter"} 4',
    );

    stop.abort(new StopRequest('shutdown'));
    await running;
  });

  it('is replaced when its configuration changes, after it has finished what it does', async () => {
    await using state = await temporaryDirectory();
    const events: string[] = [];
    const { supervisor } = await supervise(fakeClock(), state.path, (config) =>
      agent(async (signal) => {
        events.push(`start ${config}`);
        await untilAborted(signal);
        events.push(`end ${config} (${signal.reason.why})`);
      }),
    );
    supervisor.accept(valid('one'));
    const stop = new AbortController();
    const running = supervisor.run(stop.signal);
    await eventually(() => events.length === 1);
    supervisor.accept(valid('one'));
    supervisor.accept(valid('two'));
    await eventually(() => events.length === 3);
    stop.abort(new StopRequest('shutdown'));
    await running;
    expect(events).toEqual(['start one', 'end one (config-changed)', 'start two', 'end two (shutdown)']);
  });

  it('that still finishes something for a new configuration hears that the process ends', async () => {
    await using state = await temporaryDirectory();
    const events: string[] = [];
    const { supervisor } = await supervise(fakeClock(), state.path, () =>
      agent(async (signal, shutdown) => {
        await untilAborted(signal);
        events.push(`asked: ${signal.reason.why}`);
        await untilAborted(shutdown);
        events.push('cut short');
      }),
    );
    supervisor.accept(valid('one'));
    const stop = new AbortController();
    const running = supervisor.run(stop.signal);
    await eventually(() => supervisor.status()?.startedAt !== undefined);
    supervisor.accept(valid('two'));
    await eventually(() => events.length === 1);
    stop.abort(new StopRequest('shutdown'));
    await running;
    expect(events).toEqual(['asked: config-changed', 'cut short']);
  });

  it('is stuck when it is ready and makes no progress, and not while it waits for something', async () => {
    await using state = await temporaryDirectory();
    const clock = fakeClock();
    let ready = true;
    let started = false;
    const { supervisor } = await supervise(clock, state.path, () => ({
      ...agent((signal) => {
        started = true;
        return untilAborted(signal);
      }),
      readiness: () => (ready ? { ready: true } : { ready: false, waitingFor: 'PostgreSQL' }),
    }));
    supervisor.accept(valid(1));
    const stop = new AbortController();
    const running = supervisor.run(stop.signal);
    await eventually(() => started);
    await clock.advance(300_000);
    expect(supervisor.stalled()).toBe(false);
    await clock.advance(1);
    expect(supervisor.stalled()).toBe(true);
    ready = false;
    expect(supervisor.stalled()).toBe(false);
    stop.abort(new StopRequest('shutdown'));
    await running;
  });

  it('is not stalled because somebody set the clock', async () => {
    await using state = await temporaryDirectory();
    const clock = fakeClock();
    let setByMs = 0;
    const adjusted: FakeClock = {
      ...clock,
      get sleepers() {
        return clock.sleepers;
      },
      now: () => new Date(clock.now().getTime() + setByMs),
    };
    let started = false;
    const { supervisor } = await supervise(adjusted, state.path, () => {
      started = true;
      return agent(untilAborted);
    });
    supervisor.accept(valid(1));
    const stop = new AbortController();
    const running = supervisor.run(stop.signal);
    await eventually(() => started);
    setByMs = 3_600_000;
    expect(supervisor.stalled()).toBe(false);
    setByMs = -3_600_000;
    await clock.advance(300_001);
    expect(supervisor.stalled()).toBe(true);
    stop.abort(new StopRequest('shutdown'));
    await running;
  });

  it('has no series and no status while its file is not there', async () => {
    await using state = await temporaryDirectory();
    const { supervisor, registry } = await supervise(fakeClock(), state.path, () => agent(untilAborted));
    supervisor.refreshMetrics();
    expect(supervisor.status()).toBeUndefined();
    expect(await registry.getSingleMetricAsString('howdah_agent_up')).not.toContain('{');
  });
});
