import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const main = new URL('../main.ts', import.meta.url).pathname;

/** The agent as a process of its own over `<root>`, to be killed and started again. */
export interface AgentProcess {
  start(): void;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** All series whose name begins so, by name with labels; undefined while nothing answers. */
  scrape(prefix: string): Promise<ReadonlyMap<string, number> | undefined>;
  /** Scrapes until the agent answers and `enough` holds; rejects when nothing changes for half a minute. */
  until(
    prefix: string,
    enough: (series: ReadonlyMap<string, number>) => boolean,
  ): Promise<ReadonlyMap<string, number>>;
}

const silenceMs = 30_000;

export const agentProcess = async (root: string, yaml: string): Promise<AgentProcess> => {
  const config = join(root, 'config');
  await mkdir(config);
  await writeFile(join(config, 'logship.yaml'), yaml);
  const port = await freePort();
  let running: ChildProcess | undefined;
  // A test runner that gives up a test calls no finally; an orphan would stay for ever.
  process.once('exit', () => running?.kill('SIGKILL'));
  const scrape = async (prefix: string) => {
    const text = await get(port, '/metrics').catch(() => undefined);
    if (text === undefined) return undefined;
    const lines = text.split('\n').filter((line) => line.startsWith(prefix));
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(' ');
        return [line.slice(0, space), Number(line.slice(space + 1))] as const;
      }),
    );
  };
  return {
    start: () => {
      running = spawn(process.execPath, [main], {
        env: {
          HOWDAH_CONFIG_DIR: config,
          HOWDAH_STATE_DIR: join(root, 'state'),
          HOWDAH_HTTP_HOST: '127.0.0.1',
          HOWDAH_HTTP_PORT: String(port),
          HOWDAH_MEMBER: 'pg-0',
        },
        stdio: 'ignore',
      });
    },
    kill: async () => {
      const ended = new Promise((resolve) => running?.once('exit', resolve) ?? resolve(undefined));
      running?.kill('SIGKILL');
      await ended;
      running = undefined;
    },
    scrape,
    until: async (prefix, enough) => {
      let seen = '';
      let deadline = Date.now() + silenceMs;
      for (;;) {
        const series = await scrape(prefix);
        if (series !== undefined && enough(series)) return series;
        const now = JSON.stringify([...(series ?? [])]);
        // However much there is to read on a busy machine: only standing still is wrong.
        if (now !== seen) deadline = Date.now() + silenceMs;
        seen = now;
        if (Date.now() > deadline) throw new Error(`still ${now}`);
        await sleep(50);
      }
    },
  };
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const get = (port: number, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false, signal: AbortSignal.timeout(2_000) };
    request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
