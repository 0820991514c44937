import { type ChildProcess, spawn } from 'node:child_process';
import { HowdahError } from '@howdah/core/errors';
import { classifyExit, errorMessageIn } from './classify.ts';
import { pgbackrestErrors } from './errors.ts';

/** Which pgBackRest, with which configuration, about which stanza. */
export interface PgBackRest {
  /** Path or name of the program. */
  readonly binary: string;
  /** `--config`; pgBackRest's own default when absent. */
  readonly configFile?: string;
  readonly stanza: string;
  /**
   * The environment of the program, when it is not ours: with PGPASSWORD where the server wants a password of the
   * role (`pg1-user`), for which pgBackRest has no option. Asked before each command, so that a new one is seen.
   */
  readonly environment?: () => Promise<Readonly<Record<string, string | undefined>>>;
}

export interface RunOptions {
  /** Stops the process: SIGTERM, and SIGKILL when it is still there after `graceMs`. */
  readonly signal: AbortSignal;
  /** After this long the process is stopped in the same way. */
  readonly timeoutMs: number;
  /** Default ten seconds: pgBackRest answers SIGTERM at once unless the store blocks it. */
  readonly graceMs?: number;
  /** Told once the process runs. */
  readonly onStart?: (pid: number) => void;
}

export interface RunResult {
  readonly stdout: string;
  /** Warnings, the last of them. */
  readonly stderr: string;
}

/** `info` of ten thousand backups is about 7 MB. */
const stdoutLimitBytes = 32 * 1024 * 1024;
const stderrLimitBytes = 16 * 1024;
const defaultGraceMs = 10_000;

/**
 * Runs one pgBackRest command to its end. No shell is involved.
 *
 * Rejects with the signal's reason when it was aborted, otherwise with a HowdahError of
 * `pgbackrestErrors`; in each case only after the process has ended.
 */
export const runPgBackRest = async (
  pgbackrest: PgBackRest,
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> => {
  const environment = await pgbackrest.environment?.();
  options.signal.throwIfAborted();
  const child = spawn(pgbackrest.binary, argumentsOf(pgbackrest, command, args), {
    // A session of its own: Ctrl-C in the agent's terminal is for the agent, which then stops this in order.
    detached: true,
    ...(environment === undefined ? {} : { env: { ...environment } }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid !== undefined) options.onStart?.(child.pid);
  const stdout = collect(child.stdout, stdoutLimitBytes);
  const stderr = collect(child.stderr, stderrLimitBytes);
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const release = stopOn([options.signal, deadline], child, options.graceMs ?? defaultGraceMs);
  let code: number | null;
  try {
    code = await ended(child);
  } catch (cause) {
    throw new HowdahError(pgbackrestErrors.missing, `cannot run ${pgbackrest.binary}`, { cause });
  } finally {
    release();
  }
  if (code === 0) return { stdout: stdout.text(), stderr: stderr.text() };
  if (options.signal.aborted) throw options.signal.reason;
  if (deadline.aborted) {
    const seconds = options.timeoutMs / 1000;
    throw new HowdahError(pgbackrestErrors.timeout, `pgbackrest ${command} did not end within ${seconds} s`);
  }
  // What is wrong with an option is said on stdout, before the options about logging are in force.
  const answerOnly = command === 'info' && stderr.text().trim() !== '';
  const message = errorMessageIn(`${stderr.text()}\n${answerOnly ? '' : stdout.text()}`);
  throw new HowdahError(
    classifyExit(code, message),
    `pgbackrest ${command} failed: ${message === '' ? `ended with ${code ?? child.signalCode}` : message}`,
    { details: { exitCode: code, signal: child.signalCode } },
  );
};

/**
 * The whole command line. Errors and warnings go to stderr, nothing but the answer to stdout; the rest is
 * in pgBackRest's log file. `version` stands alone: from 2.55 at the latest it refuses every option.
 */
export const argumentsOf = (
  { configFile, stanza }: PgBackRest,
  command: string,
  args: readonly string[],
): readonly string[] =>
  command === 'version'
    ? [command]
    : [
        ...(configFile === undefined ? [] : [`--config=${configFile}`]),
        `--stanza=${stanza}`,
        '--log-level-console=off',
        '--log-level-stderr=warn',
        command,
        ...args,
      ];

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
 * Sends SIGTERM on the first of the signals, SIGKILL after the grace, and then waits for nobody who holds our
 * pipes: `binary` may be a script around pgBackRest, which such a signal does not reach. Returns the undo.
 */
const stopOn = (signals: readonly AbortSignal[], child: ChildProcess, graceMs: number): (() => void) => {
  const any = AbortSignal.any([...signals]);
  let impatient: NodeJS.Timeout | undefined;
  const stop = () => {
    child.kill('SIGTERM');
    impatient = setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, graceMs);
  };
  if (any.aborted) stop();
  else any.addEventListener('abort', stop, { once: true });
  return () => {
    any.removeEventListener('abort', stop);
    clearTimeout(impatient);
  };
};
