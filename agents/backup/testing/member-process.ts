import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { environmentWith } from '@howdah/runtime/environment';
import { backupStatus } from '@howdah/status/backup';
import { createStatusClient } from '@howdah/status/client';
import { homeOf, type MemberOptions, memberConfig } from './member.ts';
import { primaryByPatroni } from './said-role.ts';

const program = new URL('../main.ts', import.meta.url).pathname;

/** A real agent as a process of its own, which may be killed and started again on what it left. */
export const memberProcess = async ({ name, ...options }: MemberOptions) => {
  const patroni = await primaryByPatroni();
  const home = await homeOf({ name, on: options.on });
  const { directory, configFile } = home;
  const path = (part: string) => join(directory, part);
  await mkdir(path('config'));
  const config = memberConfig(options, { configFile, patroni: patroni.url });
  // YAML as well.
  await writeFile(path('config/backup.yaml'), JSON.stringify(config));
  const port = await freePort();
  const environment = environmentWith({
    HOWDAH_CONFIG_DIR: path('config'),
    HOWDAH_STATE_DIR: path('state'),
    HOWDAH_RUN_DIR: path('run'),
    HOWDAH_HTTP_HOST: '127.0.0.1',
    HOWDAH_HTTP_PORT: String(port),
    HOWDAH_MEMBER: name,
  });
  const client = createStatusClient({ url: `http://127.0.0.1:${port}` });
  let child: ChildProcess | undefined;
  const start = () => {
    child = spawn(process.execPath, [program], { env: { ...environment }, stdio: 'ignore' });
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  start();
  return {
    start,
    /** SIGKILL; resolves when it is dead. */
    kill,
    /** Rejects while it does not answer. */
    status: async () => {
      const { agents } = await client.read(AbortSignal.timeout(2_000));
      return backupStatus.parse(agents.backup?.detail);
    },
    [Symbol.asyncDispose]: async () => {
      await kill();
      client.close();
      await patroni[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};
