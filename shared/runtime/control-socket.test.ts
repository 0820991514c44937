import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { openControlSocket } from './control-socket.ts';

const post = (socketPath: string, path: string, body: string) =>
  new Promise<{ readonly code: number | undefined; readonly said: string }>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request({ socketPath, path, method: 'POST', headers, agent: false }, async (response) =>
      resolve({ code: response.statusCode, said: await text(response) }),
    )
      .on('error', reject)
      .end(body);
  });

const echo = {
  method: 'POST',
  path: '/echo',
  answer: async (body: unknown) => ({ code: 202, body: { body } }),
} as const;

it('answers over a socket that its own user alone may open, and leaves nothing beside it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'run', 'backup.sock');
  const close = await openControlSocket(path, [echo]);
  const found = await stat(path);
  expect([found.isSocket(), found.mode & 0o777, found.uid]).toEqual([true, 0o600, process.getuid?.()]);
  expect(await post(path, '/echo', '{"a":1}')).toEqual({ code: 202, said: '{"body":{"a":1}}' });
  expect(await readdir(join(directory.path, 'run'))).toEqual(['backup.sock']);
  await close();
  expect(await readdir(join(directory.path, 'run'))).toEqual([]);
});

it('takes the place of what a killed process has left, a live one’s too', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'backup.sock');
  await writeFile(path, '');
  const first = await openControlSocket(path, []);
  const second = await openControlSocket(path, [echo]);
  expect((await post(path, '/echo', '{}')).code).toBe(202);
  await second();
  await first();
});

it('writes nowhere but in the socket’s own directory: in a pod all around it is read-only', async () => {
  await using directory = await temporaryDirectory();
  await mkdir(join(directory.path, 'run'));
  const changed = new Set<string | null>();
  const watcher = watch(directory.path, (_, name) => changed.add(name));
  const close = await openControlSocket(join(directory.path, 'run', 'backup.sock'), []);
  const told = once(watcher, 'change');
  await writeFile(join(directory.path, 'last'), '');
  await told;
  await close();
  watcher.close();
  expect([...changed].filter((name) => name !== 'run')).toEqual(['last']);
});

it('refuses what is no JSON, too long, or not there', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'backup.sock');
  const close = await openControlSocket(path, [echo]);
  expect((await post(path, '/echo', '{')).code).toBe(400);
  expect((await post(path, '/echo', JSON.stringify('x'.repeat(2_000)))).code).toBe(413);
  expect((await post(path, '/else', '{}')).code).toBe(404);
  await close();
});

it('says where it cannot listen', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'x'.repeat(120), 'backup.sock');
  await expect(openControlSocket(path, [])).rejects.toMatchObject({
    ...{ code: 'HOWDAH_CONTROL_SOCKET', message: `cannot listen on ${path}` },
  });
});
