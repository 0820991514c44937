import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildPage } from './build.ts';
import { builtPage } from './console.ts';

// Each test starts processes; two cores and their neighbours may be busy.
vi.setConfig({ testTimeout: 60_000 });

let directory: string;
let taken: Server;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  await buildPage(builtPage);
  directory = await mkdtemp(join(tmpdir(), 'howdah-console-'));
  const yaml = 'members: [{name: pg-0, agentUrl: "http://127.0.0.1:9"}]\n';
  await writeFile(join(directory, 'console.yaml'), yaml);
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
});
afterAll(async () => {
  taken.close();
  await rm(directory, { recursive: true, force: true });
});

const start = (env: NodeJS.ProcessEnv) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env.PATH, HOWDAH_CONFIG_DIR: directory, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 50_000,
  });
  let text = '';
  const listening = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
    if (text.includes('"msg":"listening"')) listening.resolve();
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, text }));
  return { child, listening: listening.promise, ended };
};

test('serves the page and ends with 0 when asked to, though a member never answers', async () => {
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const port = portOf(free);
  free.close();
  await once(free, 'close');
  const { child, listening, ended } = start({ HOWDAH_HTTP_PORT: String(port) });
  await Promise.race([listening, ended]);
  const response = await fetch(`http://127.0.0.1:${port}/`);
  expect(response.status).toBe(200);
  expect(await response.text()).toContain('<title>Howdah</title>');
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ code: 0 });
});

test('a port that is taken ends it with 78 and the name of the setting', async () => {
  const { code, text } = await start({ HOWDAH_HTTP_PORT: String(portOf(taken)) }).ended;
  expect(code).toBe(78);
  expect(text).toContain('HOWDAH_PORT_TAKEN');
  expect(text).toContain('HOWDAH_HTTP_PORT');
});

test('without its file it ends with 78 and says where the file belongs', async () => {
  const { code, text } = await start({ HOWDAH_CONFIG_DIR: '/nonexistent' }).ended;
  expect(code).toBe(78);
  expect(text).toContain('/nonexistent/console.yaml');
});
