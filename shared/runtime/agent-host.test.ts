import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@howdah/core/clock';
import type { AgentName } from '@howdah/status/common';
import { status as statusSchema } from '@howdah/status/status';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { StopRequest } from './agent.ts';
import { AgentHost } from './agent-host.ts';
import { environmentFrom } from './environment.ts';
import { createHttpServer } from './http-server.ts';
import { createLogger } from './logger.ts';
import { createRegistry, createRuntimeMetrics } from './metrics.ts';

const logger = createLogger('test', { level: 'silent' });

/** An agent that only runs: what matters here is how the host carries it. */
const idleAgent = (name: AgentName, started: string[]) => ({
  name,
  load: async () => ({
    name,
    schema: z.strictObject({ value: z.int() }),
    createMetrics: () => undefined,
    create: ({ config }: { config: unknown }) => ({
      run: (signal: AbortSignal): Promise<void> => {
        started.push(`${name} ${JSON.stringify(config)}`);
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      },
      status: () => undefined,
      readiness: () => ({ ready: true }) as const,
    }),
  }),
});

/** Swaps the directory's contents as the kubelet does: a new folder, and `..data` renamed over the old link. */
const swap = async (directory: string, revision: number, files: Record<string, string>): Promise<void> => {
  const folder = `..revision-${revision}`;
  await mkdir(join(directory, folder), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, folder, name), text);
  await symlink(folder, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  if (revision === 1)
    for (const name of Object.keys(files)) await symlink(join('..data', name), join(directory, name));
};

const startHost = async (root: string, names: readonly AgentName[]) => {
  const started: string[] = [];
  const config = join(root, 'config');
  await mkdir(config);
  const environment = environmentFrom(
    { HOWDAH_CONFIG_DIR: config, HOWDAH_STATE_DIR: join(root, 'state'), HOWDAH_MEMBER: 'pg-0' },
    9187,
  );
  const registry = createRegistry();
  const host = new AgentHost({
    sources: names.map((name) => idleAgent(name, started)),
    environment,
    registry,
    metrics: createRuntimeMetrics(registry),
    logger,
    clock: systemClock,
  });
  const server = createHttpServer(host.endpoints());
  const get = async (url: string) => server.inject({ method: 'GET', url });
  const stop = new AbortController();
  const run = (): Promise<void> => host.run(stop.signal);
  const look = (): Promise<void> => host.look(stop.signal);
  return { config, started, get, server, run, look, stop: () => stop.abort(new StopRequest('shutdown')) };
};

describe('a process that carries agents', () => {
  it('turns on the agents whose files are there, holds a bad one on its last good file, and takes the correction live', async () => {
    await using root = await temporaryDirectory();
    const host = await startHost(root.path, ['exporter', 'logship', 'backup']);
    await swap(host.config, 1, { 'exporter.yaml': 'value: 1', 'logship.yaml': 'value: 1' });
    const running = host.run();
    await vi.waitFor(() =>
      expect(host.started.toSorted()).toEqual(['exporter {"value":1}', 'logship {"value":1}']),
    );

    await swap(host.config, 2, { 'exporter.yaml': 'value: garbage', 'logship.yaml': 'value: 2' });
    await vi.waitFor(() => expect(host.started).toContain('logship {"value":2}'), 3_000);
    const between = statusSchema.parse((await host.get('/status')).json());
    expect(between.agents.exporter).toMatchObject({
      state: 'running',
      ready: true,
      config: { valid: false, problems: [{ path: 'value' }] },
    });
    expect(between.agents.backup).toBeUndefined();
    expect((await host.get('/metrics')).body).toContain('howdah_config_valid{agent="exporter"} 0');
    expect((await host.get('/readyz')).statusCode).toBe(200);

    await swap(host.config, 3, { 'exporter.yaml': 'value: 3', 'logship.yaml': 'value: 2' });
    await vi.waitFor(() => expect(host.started).toContain('exporter {"value":3}'), 3_000);
    expect((await host.get('/metrics')).body).toContain('howdah_config_valid{agent="exporter"} 1');
    // Each change started one agent anew, and the bad file none; agents of one look start in any order.
    expect(host.started.toSorted()).toEqual([
      'exporter {"value":1}',
      'exporter {"value":3}',
      'logship {"value":1}',
      'logship {"value":2}',
    ]);
    host.stop();
    await running;
  });

  it('waits for a correct file when there never was one, and says in /readyz for what', async () => {
    await using root = await temporaryDirectory();
    const host = await startHost(root.path, ['exporter']);
    await writeFile(join(host.config, 'exporter.yaml'), 'value: soon');
    const running = host.run();
    await vi.waitFor(async () =>
      expect((await host.get('/readyz')).json().agents).toHaveProperty('exporter'),
    );
    const ready = await host.get('/readyz');
    expect(ready.statusCode).toBe(503);
    expect(ready.json().agents.exporter.waitingFor).toMatch(
      /a correct exporter.yaml: value: expected .*number/,
    );
    expect((await host.get('/healthz')).statusCode).toBe(200);
    host.stop();
    await running;
  });

  it('says what is missing when there is no file at all', async () => {
    await using root = await temporaryDirectory();
    const host = await startHost(root.path, ['exporter']);
    const ready = await host.get('/readyz');
    expect(ready.statusCode).toBe(503);
    expect(ready.body).toContain('HOWDAH_CONFIG_DIR');
  });

  it('lets its agents run when the configuration directory goes away', async () => {
    await using root = await temporaryDirectory();
    const host = await startHost(root.path, ['exporter']);
    await writeFile(join(host.config, 'exporter.yaml'), 'value: 1');
    const running = host.run();
    await vi.waitFor(() => expect(host.started).toEqual(['exporter {"value":1}']));
    await rename(host.config, `${host.config}-away`);
    await host.look();
    expect((await host.get('/readyz')).json()).toEqual({
      ready: true,
      agents: { exporter: { ready: true } },
    });
    host.stop();
    await running;
    expect(host.started).toHaveLength(1);
  });

  it('has no endpoint that changes anything', async () => {
    await using root = await temporaryDirectory();
    const host = await startHost(root.path, []);
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
      for (const url of ['/metrics', '/status', '/healthz', '/readyz']) {
        expect((await host.server.inject({ method, url })).statusCode).toBe(404);
      }
    }
  });
});
