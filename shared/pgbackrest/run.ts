import { HowdahError } from '@howdah/core/errors';
import { type ChildEnd, runChild } from './child-process.ts';
import { classifyExit, errorMessageIn } from './classify.ts';
import { pgbackrestErrors } from './errors.ts';

/** Which pgBackRest, with which configuration, about which stanza. */
export interface PgBackRest {
  /** Path or name of the program. */
  readonly binary: string;
  /** `--config`; pgBackRest's own default when absent. */
  readonly configFile?: string;
  /** `--config-include-path`: a directory whose `*.conf` are read behind `configFile`; pgBackRest wants both to be there. */
  readonly configIncludePath?: string;
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
  /** What `stderr` carries beside errors; default warnings. With `info` its last mebibyte is kept. */
  readonly stderrLevel?: StderrLevel;
}
export type StderrLevel = 'warn' | 'info';

export interface RunResult {
  readonly stdout: string;
  /** Warnings, or what `stderrLevel` asks for; the last of them. */
  readonly stderr: string;
}

/** `info` of ten thousand backups is about 7 MB. */
const stdoutLimitBytes = 32 * 1024 * 1024;
const stderrLimitBytes = { warn: 16 * 1024, info: 1024 * 1024 } as const satisfies Record<
  StderrLevel,
  number
>;
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
  const { stderrLevel = 'warn' } = options;
  const limitBytes = { stdout: stdoutLimitBytes, stderr: stderrLimitBytes[stderrLevel] };
  options.signal.throwIfAborted();
  let end: ChildEnd;
  try {
    end = await runChild(pgbackrest.binary, argumentsOf(pgbackrest, command, args, stderrLevel), {
      ...{ signal: options.signal, timeoutMs: options.timeoutMs, graceMs: options.graceMs ?? defaultGraceMs },
      ...{ environment, onStart: options.onStart, limitBytes },
    });
  } catch (cause) {
    options.signal.throwIfAborted();
    throw new HowdahError(pgbackrestErrors.missing, `cannot run ${pgbackrest.binary}`, { cause });
  }
  const { code, signal, stdout, stderr } = end;
  if (code === 0) return { stdout, stderr };
  if (end.timedOut) {
    const seconds = options.timeoutMs / 1000;
    throw new HowdahError(pgbackrestErrors.timeout, `pgbackrest ${command} did not end within ${seconds} s`);
  }
  // What is wrong with an option is said on stdout, before the options about logging are in force.
  const answerOnly = command === 'info' && stderr.trim() !== '';
  const message = errorMessageIn(`${stderr}\n${answerOnly ? '' : stdout}`);
  throw new HowdahError(
    classifyExit(code, message),
    `pgbackrest ${command} failed: ${message === '' ? `ended with ${code ?? signal}` : message}`,
    { details: { exitCode: code, signal } },
  );
};

/**
 * The whole command line. Errors and warnings go to stderr, nothing but the answer to stdout; the rest is
 * in pgBackRest's log file. `version` stands alone: from 2.55 at the latest it refuses every option.
 */
export const argumentsOf = (
  { configFile, configIncludePath, stanza }: PgBackRest,
  command: string,
  args: readonly string[],
  stderrLevel: StderrLevel = 'warn',
): readonly string[] =>
  command === 'version'
    ? [command]
    : [
        ...(configFile === undefined ? [] : [`--config=${configFile}`]),
        ...(configIncludePath === undefined ? [] : [`--config-include-path=${configIncludePath}`]),
        `--stanza=${stanza}`,
        '--log-level-console=off',
        `--log-level-stderr=${stderrLevel}`,
        command,
        ...args,
      ];
