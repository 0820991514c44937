import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Hook, HookRunner } from '../ports.ts';
import { type HookSubject, hookEnvironment } from './environment.ts';

export interface HooksInput {
  readonly stanza: string;
  readonly before: readonly Hook[];
  readonly after: readonly Hook[];
  readonly runner: HookRunner;
  readonly logger: Logger;
  /** Of each that failed by itself; one that was stopped is none. */
  readonly onFailure?: (when: 'before' | 'after') => void;
}

type Subject = Omit<HookSubject, 'stanza'>;

/** What the configuration has run before each backup and after it. */
export class Hooks {
  readonly #input: HooksInput;

  constructor(input: HooksInput) {
    this.#input = input;
  }

  /** One after the other; rejects with the failure of the first that fails, and begins none of those behind it. */
  async before(subject: Subject, signal: AbortSignal): Promise<void> {
    for (const hook of this.#input.before) await this.#run(hook, 'before', subject, signal);
  }

  /**
   * One after the other, each whatever came of those before; never rejects.
   *
   * @returns what went wrong, in words
   */
  async after(subject: Subject, signal: AbortSignal): Promise<string | undefined> {
    const problems: string[] = [];
    for (const hook of this.#input.after) {
      if (signal.aborted) {
        problems.push(`${hook.key} was not run: ${describeError(signal.reason)}`);
        continue;
      }
      try {
        await this.#run(hook, 'after', subject, signal);
      } catch (error) {
        problems.push(
          signal.aborted ? `${hook.key} was stopped: ${describeError(signal.reason)}` : describeError(error),
        );
      }
    }
    return problems.length === 0 ? undefined : problems.join('; ');
  }

  async #run(hook: Hook, when: 'before' | 'after', subject: Subject, signal: AbortSignal): Promise<void> {
    const { stanza, runner, logger, onFailure } = this.#input;
    try {
      const output = await runner.run(hook, hookEnvironment({ ...subject, stanza }), signal);
      logger.debug({ hook: hook.key, output }, 'hook done');
    } catch (error) {
      if (!signal.aborted) onFailure?.(when);
      throw error;
    }
  }
}
