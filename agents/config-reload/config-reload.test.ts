import { HowdahError } from '@howdah/core/errors';
import { createLogger } from '@howdah/runtime/logger';
import type { CertificateStatus, ConfigReloadStatus } from '@howdah/status/config-reload';
import { fakeClock } from '@howdah/testing/fake-clock';
import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import type { CertificateLook } from './certificate-keeper.ts';
import { ConfigReload } from './config-reload.ts';
import { createMetrics } from './metrics.ts';
import { createTeller } from './tell.ts';

const inForce: ConfigReloadStatus = {
  version: 1,
  appliedDigest: 'a',
  desiredDigest: 'a',
  appliedAt: '2026-03-01T00:00:00.000Z',
  phase: 'in-force',
  problems: [],
  pendingRestart: [],
  drift: [],
  files: [],
};
const away = new HowdahError({ code: 'X', meaning: '', remedy: '', retry: 'backoff' }, 'the server is away');
const never = new AbortController().signal;

/** The agent, whose looks end one after the other as given. */
const agentOf = (looks: readonly (ConfigReloadStatus | Error)[], certificates: CertificateLook[] = []) => {
  const registry = new Registry();
  const left = [...looks];
  let progress = 0;
  let closed = 0;
  const lines: string[] = [];
  const logger = createLogger('test', { level: 'silent' });
  for (const level of ['info', 'warn', 'error'] as const)
    logger[level] = (...words: unknown[]) => void lines.push(String(words.at(-1)));
  const agent = new ConfigReload({
    reloader: {
      look: async () => {
        const next = left.shift() ?? inForce;
        if (next instanceof Error) throw next;
        return next;
      },
      close: () => {
        closed += 1;
      },
    },
    ...(certificates[0] === undefined
      ? {}
      : { certificate: { look: async () => certificates.shift() ?? Promise.reject(new Error('no more')) } }),
    watched: ['/nowhere'],
    pollMs: 15_000,
    clock: fakeClock(),
    metrics: createMetrics(registry),
    teller: createTeller(logger),
    progress: {
      made: () => {
        progress += 1;
      },
    },
    random: () => 1,
  });
  return { agent, registry, lines, progress: () => progress, closed: () => closed };
};

it('looks again after the poll, and soon while something is on its way', async () => {
  const { agent, progress } = agentOf([
    inForce,
    { ...inForce, phase: 'applying', awaiting: ['max_connections'] },
  ]);
  expect(agent.readiness()).toMatchObject({ ready: false });
  expect(await agent.cycle(never)).toEqual({ waitMs: 15_000 });
  expect(await agent.cycle(never)).toEqual({ waitMs: 1_000 });
  expect(agent.readiness()).toEqual({ ready: true });
  expect(progress()).toBe(2);
});

it('waits longer and longer while the server is away, says so once, and is not ready', async () => {
  const { agent, lines, progress } = agentOf([inForce, away, away, away, inForce]);
  await agent.cycle(never);
  const waits = [];
  for (let i = 0; i < 3; i += 1) waits.push((await agent.cycle(never)).waitMs);
  expect(waits).toEqual([500, 1_000, 2_000]);
  expect(agent.readiness()).toEqual({ ready: false, waitingFor: 'the server is away' });
  expect(agent.status()).toMatchObject({ phase: 'waiting', appliedDigest: 'a' });
  expect(progress()).toBe(1);
  await agent.cycle(never);
  expect(lines).toEqual(['files in force', 'waiting', 'no longer waiting']);
});

it('exports nothing about a server that it cannot see', async () => {
  const { agent, registry } = agentOf([inForce, away]);
  const values = async () =>
    (await registry.metrics())
      .split('\n')
      .filter((line) => /^howdah_config_reload_(in_force|drift)/.test(line));
  expect(await values()).toEqual([]);
  await agent.cycle(never);
  expect(await values()).toEqual([
    'howdah_config_reload_in_force 1',
    'howdah_config_reload_drift_settings 0',
  ]);
  await agent.cycle(never);
  expect(await values()).toEqual([]);
});

it('exports nothing about the server, and lets go of Patroni, once it has ended', async () => {
  const { agent, registry, closed } = agentOf([inForce]);
  const stop = new AbortController();
  const running = agent.run(stop.signal);
  await vi.waitFor(() => expect(agent.readiness()).toEqual({ ready: true }));
  stop.abort();
  await running;
  expect(await registry.metrics()).not.toMatch(/^howdah_config_reload_in_force /m);
  expect(closed()).toBe(1);
});

it('tells of the certificate also while the server cannot be seen, and looks soon while a reload is on its way', async () => {
  const notAfter = '2026-03-31T00:00:00.000Z';
  const base = { notAfter, names: ['orders.shop.svc'], inForce: false };
  const old: CertificateStatus = { ...base, waitingFor: 'a reload' };
  const wrong: CertificateStatus = { ...base, problem: 'no key' };
  const { agent, registry, lines } = agentOf(
    [inForce, away, inForce],
    [
      { status: old, onItsWay: true },
      { status: wrong, onItsWay: false },
      { status: { ...base, inForce: true }, onItsWay: false },
    ],
  );
  const values = async () =>
    (await registry.metrics()).split('\n').filter((line) => /^howdah_config_reload_certificate/.test(line));
  expect(await values()).toEqual([]);
  expect(await agent.cycle(never)).toEqual({ waitMs: 1_000 });
  expect(await values()).toEqual([
    'howdah_config_reload_certificate_in_force 0',
    `howdah_config_reload_certificate_expiry_timestamp_seconds ${Date.parse(notAfter) / 1_000}`,
  ]);
  await agent.cycle(never);
  expect(agent.status()).toMatchObject({ phase: 'waiting', certificate: wrong });
  expect(await agent.cycle(never)).toEqual({ waitMs: 15_000 });
  expect(await values()).toContain('howdah_config_reload_certificate_in_force 1');
  expect(lines.filter((line) => line.startsWith('certificate'))).toEqual([
    'certificate not in force yet',
    'certificate refused',
    'certificate is right again',
    'certificate in force',
  ]);
});

it('leaves a failure without a name to whoever restarts it', async () => {
  const { agent } = agentOf([new TypeError('a slip of ours')]);
  await expect(agent.cycle(never)).rejects.toThrow('a slip of ours');
});
