import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';

const entry = join(import.meta.dirname, 'testdata/idle-process.ts');

interface Started {
  readonly child: ChildProcess;
  /** Resolves with the first log line whose message is `message`. */
  said(message: string): Promise<Record<string, unknown>>;
  has(message: string): boolean;
  exited(): Promise<number | null>;
}

const start = (environment: Record<string, string>): Started => {
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: Record<string, unknown>[] = [];
  const waiting = new Map<string, (line: Record<string, unknown>) => void>();
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts.map((part) => JSON.parse(part) as Record<string, unknown>)) {
      lines.push(line);
      waiting.get(String(line.msg))?.(line);
    }
  });
  return {
    child,
    said: (message) => {
      const earlier = lines.find((line) => line.msg === message);
      return earlier === undefined
        ? new Promise((resolve) => waiting.set(message, resolve))
        : Promise.resolve(earlier);
    },
    has: (message) => lines.some((line) => line.msg === message),
    exited: async () => child.exitCode ?? ((await once(child, 'exit')) as [number | null])[0],
  };
};

const freePort = async (): Promise<{ port: number; close: () => void }> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as { port: number }).port, close: () => server.close() };
};

const environmentIn = async (root: string, wish: string): Promise<Record<string, string>> => {
  const { port, close } = await freePort();
  close();
  await mkdir(join(root, 'config'));
  await writeFile(join(root, 'config/exporter.yaml'), `wish: ${wish}`);
  return {
    HOWDAH_CONFIG_DIR: join(root, 'config'),
    HOWDAH_STATE_DIR: join(root, 'state'),
    HOWDAH_HTTP_HOST: '127.0.0.1',
    HOWDAH_HTTP_PORT: String(port),
  };
};

describe('a process of agents', () => {
  it('ends with 0 when it is asked to stop', async () => {
    await using root = await temporaryDirectory();
    const started = start(await environmentIn(root.path, 'idle'));
    await started.said('agent started');
    started.child.kill('SIGTERM');
    await started.said('agent stopped');
    expect(await started.exited()).toBe(0);
  });

  it('goes on while PostgreSQL stops, and ends when it has', async () => {
    await using root = await temporaryDirectory();
    const pid = join(root.path, 'postmaster.pid');
    await writeFile(pid, '1');
    const started = start({ ...(await environmentIn(root.path, 'idle')), HOWDAH_PGDATA: root.path });
    await started.said('agent started');
    started.child.kill('SIGTERM');
    await started.said('asked to stop');
    await delay(500);
    expect(started.has('agent stopped')).toBe(false);
    await rm(pid);
    expect(await started.said('waited for the end of PostgreSQL')).toMatchObject({ outcome: 'ended' });
    await started.said('agent stopped');
    expect(await started.exited()).toBe(0);
  });

  it('waits for PostgreSQL during half of the grace period, and for its agents no longer than the rest', async () => {
    await using root = await temporaryDirectory();
    await writeFile(join(root.path, 'postmaster.pid'), '1');
    const started = start({
      ...(await environmentIn(root.path, 'ignore-stop')),
      HOWDAH_PGDATA: root.path,
      HOWDAH_GRACE_SECONDS: '5',
    });
    await started.said('agent started');
    const atMs = performance.now();
    started.child.kill('SIGTERM');
    expect(await started.said('waited for the end of PostgreSQL')).toMatchObject({
      outcome: 'still running',
    });
    expect(performance.now() - atMs).toBeGreaterThan(2_000);
    expect(await started.said('agent stopped with an error')).toMatchObject({
      error: expect.stringMatching(/did not stop within/),
    });
    expect(await started.exited()).toBe(0);
    expect(performance.now() - atMs).toBeLessThan(5_000);
  });

  it('ends at once at the second signal, whatever an agent does', async () => {
    await using root = await temporaryDirectory();
    const started = start(await environmentIn(root.path, 'ignore-stop'));
    await started.said('agent started');
    started.child.kill('SIGTERM');
    await started.said('asked to stop');
    started.child.kill('SIGTERM');
    expect(await started.exited()).toBe(1);
  });

  it('ends with the reason when a rejection was heard by nobody', async () => {
    await using root = await temporaryDirectory();
    const started = start(await environmentIn(root.path, 'reject-unheard'));
    expect(await started.said('unhandled rejection')).toMatchObject({
      level: 'fatal',
      error: 'nobody listens',
    });
    expect(await started.exited()).toBe(1);
  });

  it('names the taken port and the setting that chooses it', async () => {
    await using root = await temporaryDirectory();
    const taken = await freePort();
    const started = start({
      ...(await environmentIn(root.path, 'idle')),
      HOWDAH_HTTP_PORT: String(taken.port),
    });
    expect(await started.said('cannot go on')).toMatchObject({
      code: 'HOWDAH_PORT_TAKEN',
      error: expect.stringMatching(new RegExp(`port ${taken.port} .*HOWDAH_HTTP_PORT`)),
    });
    expect(await started.exited()).toBe(78);
    taken.close();
  });

  it('names the environment variable that cannot be', async () => {
    await using root = await temporaryDirectory();
    const started = start({ ...(await environmentIn(root.path, 'idle')), HOWDAH_HTTP_PORT: 'http' });
    expect(await started.said('cannot go on')).toMatchObject({
      code: 'HOWDAH_ENVIRONMENT_INVALID',
      error: expect.stringContaining('HOWDAH_HTTP_PORT'),
    });
    expect(await started.exited()).toBe(78);
  });

  it('with HOWDAH_ON_INVALID=exit runs a right file, once', async () => {
    await using root = await temporaryDirectory();
    const started = start({ ...(await environmentIn(root.path, 'idle')), HOWDAH_ON_INVALID: 'exit' });
    await Promise.race([started.said('agent started'), started.said('cannot go on')]);
    started.child.kill('SIGTERM');
    expect(await started.exited()).toBe(0);
  });

  it('with HOWDAH_ON_INVALID=exit ends with 78 on a wrong file', async () => {
    await using root = await temporaryDirectory();
    const started = start({ ...(await environmentIn(root.path, 'nonsense')), HOWDAH_ON_INVALID: 'exit' });
    expect(await started.said('configuration is wrong')).toMatchObject({
      problems: [{ path: 'wish', seen: '"nonsense"' }],
    });
    expect(await started.exited()).toBe(78);
  });
});
