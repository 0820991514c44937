import { describeError, HowdahError, isAbortError } from '@howdah/core/errors';
import { StopRequest } from './agent.ts';
import { createLogger, type Logger } from './logger.ts';

export const exitAsked = 0;
const exitOther = 1;
/** EX_CONFIG of sysexits.h: no restart mends it. */
export const exitConfiguration = 78;

/**
 * Runs `main` until it returns the exit code. SIGTERM and SIGINT abort its signal, a second one ends the
 * process at once; whatever nobody caught ends it with the reason in the log.
 */
export const runProcess = async (
  component: string,
  main: (logger: Logger, signal: AbortSignal) => Promise<number>,
): Promise<void> => {
  const logger = createLogger(component);
  const stop = new AbortController();
  const die = (error: unknown, message: string): never => {
    logger.fatal(reasonOf(error), message);
    process.exit(
      error instanceof HowdahError && error.kind.retry === 'never' ? exitConfiguration : exitOther,
    );
  };
  process.on('uncaughtException', (error) => die(error, 'uncaught exception'));
  process.on('unhandledRejection', (error) => die(error, 'unhandled rejection'));
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(exitOther);
      logger.info({ signal: name }, 'asked to stop');
      stop.abort(new StopRequest('shutdown'));
    });
  }
  try {
    process.exit(await main(logger, stop.signal));
  } catch (error) {
    if (stop.signal.aborted && isAbortError(error)) process.exit(exitAsked);
    die(error, 'cannot go on');
  }
};

const reasonOf = (error: unknown): object => ({
  error: describeError(error),
  ...(error instanceof HowdahError ? { code: error.code, remedy: error.kind.remedy } : {}),
  stack: error instanceof Error ? error.stack : undefined,
});
