import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const startDeadlineMs = 30_000;
const stopDeadlineMs = 5_000;
const mostOutputChars = 16 * 1024;

export interface ServerProcessOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Resolves true once the server answers; asked every 50 ms. */
  readonly ready: (signal: AbortSignal) => Promise<boolean>;
}

/** A store's server as a child process that ends with us. */
export interface ServerProcess {
  readonly pid: number;
  /** SIGTERM, after five seconds SIGKILL. */
  stop(): Promise<void>;
  /** SIGKILL at once, as a crash of the store is. */
  kill(): Promise<void>;
}

/** @throws an Error with the server's own words when it ends or is not ready within 30 s. */
export const startServerProcess = async (options: ServerProcessOptions): Promise<ServerProcess> => {
  const child = spawn(options.file, [...options.args], {
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LANG: 'C.UTF-8', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (text: string) => {
    output = (output + text).slice(-mostOutputChars);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  child.on('error', (error) => keep(String(error)));
  // A test runner that is interrupted calls no afterAll; an orphan would hold its port for ever.
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  child.once('exit', () => process.off('exit', killWithUs));

  const deadline = AbortSignal.timeout(startDeadlineMs);
  while (!(await options.ready(deadline).catch(() => false))) {
    if (child.pid === undefined || hasEnded(child) || deadline.aborted) {
      await end(child, 'SIGKILL');
      throw new Error(`${options.file} did not start: ${output.trim()}`);
    }
    await delay(50);
  }
  return {
    pid: child.pid ?? 0,
    stop: () => end(child, 'SIGTERM'),
    kill: () => end(child, 'SIGKILL'),
  };
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.pid === undefined || hasEnded(child)) return;
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const impatient = setTimeout(() => child.kill('SIGKILL'), stopDeadlineMs);
  await exited;
  clearTimeout(impatient);
};

/** A port of 127.0.0.1 that nothing listened on a moment ago. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return address.port;
};
