import { type ChildProcess, spawn } from 'node:child_process';

export interface ChildOptions {
  /** Stops the process: SIGTERM, and SIGKILL when it is still there after `graceMs`. */
  readonly signal: AbortSignal;
  /** After this long the process is stopped in the same way. */
  readonly timeoutMs: number;
  readonly graceMs: number;
  /** Ours when absent. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** Told once the process runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
  /** How the process is sent a signal; to itself alone when absent. Its process group has its number. */
  readonly send?: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => void;
  /** Of each stream only the last of it is kept. */
  readonly limitBytes: { readonly stdout: number; readonly stderr: number };
}

export interface ChildEnd {
  /** Null after a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It was stopped because it took too long. */
  readonly timedOut: boolean;
}

/**
 * Runs a program to its end. No shell is involved.
 *
 * Rejects with the signal's reason when it was aborted before the end, and with what Node says when the program could
 * not be started; in each case only after the process has ended. One that ended with 0 all the same has done its work.
 */
export const runChild = async (
  program: string,
  args: readonly string[],
  options: ChildOptions,
): Promise<ChildEnd> => {
  options.signal.throwIfAborted();
  const child = spawn(program, args, {
    // A session of its own: Ctrl-C in the agent's terminal is for the agent, which then stops this in order.
    detached: true,
    ...(options.environment === undefined ? {} : { env: { ...options.environment } }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const stdout = collect(child.stdout, options.limitBytes.stdout);
  const stderr = collect(child.stderr, options.limitBytes.stderr);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const release = stopOn(AbortSignal.any([options.signal, deadline]), child, options);
  let code: number | null;
  try {
    code = await ended(child);
  } finally {
    release();
  }
  if (code !== 0 && options.signal.aborted) throw options.signal.reason;
  return {
    ...{ code, signal: child.signalCode, stdout: stdout.text(), stderr: stderr.text() },
    timedOut: code !== 0 && deadline.aborted,
  };
};

/** Exit code, null after a signal; rejects when the program could not be started. */
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });

/** The last `limitBytes` of what the stream carried, so that memory stays bounded. */
const collect = (stream: NodeJS.ReadableStream, limitBytes: number): { text(): string } => {
  let chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > 2 * limitBytes) {
      chunks = [Buffer.concat(chunks).subarray(-limitBytes)];
      size = limitBytes;
    }
  });
  return { text: () => Buffer.concat(chunks).subarray(-limitBytes).toString('utf8') };
};

/**
 * Sends SIGTERM on the signal, SIGKILL after the grace, and then waits for nobody who holds our pipes: the program may
 * be a script around another, which such a signal does not reach. Returns the undo.
 */
const stopOn = (
  signal: AbortSignal,
  child: ChildProcess,
  { graceMs, send }: Pick<ChildOptions, 'graceMs' | 'send'>,
): (() => void) => {
  let impatient: NodeJS.Timeout | undefined;
  const kill = (how: 'SIGTERM' | 'SIGKILL') => {
    if (send === undefined || child.pid === undefined) child.kill(how);
    else send(child.pid, how);
  };
  const stop = () => {
    kill('SIGTERM');
    impatient = setTimeout(() => {
      kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, graceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return () => {
    signal.removeEventListener('abort', stop);
    clearTimeout(impatient);
  };
};
