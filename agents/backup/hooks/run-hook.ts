import { HowdahError } from '@howdah/core/errors';
import { type ChildEnd, runChild } from '@howdah/pgbackrest/child-process';
import type { Logger } from '@howdah/runtime/logger';
import { backupErrors } from '../errors.ts';
import type { Hook, HookRunner } from '../ports.ts';

export interface HookRunnerInput {
  /** How long a hook has to end after SIGTERM before it is killed. */
  readonly graceMs: number;
  /** The whole environment of a hook, beside what it is told of the backup. */
  readonly environment: (
    told: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string | undefined>>;
  readonly send: (pid: number, signal: NodeJS.Signals) => void;
  readonly logger: Logger;
}

/** Of each stream; what a script says at its end is what matters. */
const limitBytes = { stdout: 4_096, stderr: 4_096 };

/** Hooks as processes: no shell, a time limit, and an end for all that they have started. */
export const createHookRunner = ({ graceMs, environment, send, logger }: HookRunnerInput): HookRunner => ({
  run: async (hook, told, signal) => {
    const [program = '', ...args] = hook.command;
    let end: ChildEnd;
    try {
      end = await runChild(program, args, {
        ...{ signal, timeoutMs: hook.timeoutMs, graceMs, limitBytes },
        environment: environment(told),
        // Its whole group: a script does not pass a signal on to what it waits for.
        send: (pid, how) => send(-pid, how),
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw new HowdahError(backupErrors.hookFailed, `${hook.key} (${program}) could not be started`, {
        cause,
      });
    }
    const output = `${end.stdout}${end.stderr}`.trim();
    if (end.code === 0) return output;
    const words = `${hook.key} (${program}) ${howItEnded(hook, end)}`;
    logger.warn({ hook: hook.key, output }, 'hook failed');
    const [lastLine = ''] = output.split('\n').slice(-1);
    throw new HowdahError(backupErrors.hookFailed, lastLine === '' ? words : `${words}: ${lastLine}`);
  },
});

const howItEnded = ({ timeoutMs }: Hook, { timedOut, code, signal }: ChildEnd): string => {
  if (timedOut) return `did not end within ${timeoutMs / 1_000} s`;
  return code === null ? `was ended by ${signal}` : `ended with ${code}`;
};
