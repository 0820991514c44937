import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Repository } from '../ports.ts';
import type { RepositoryWatch } from './watch.ts';

export interface StanzasInput {
  readonly repository: Pick<Repository, 'createStanza'>;
  readonly repositories: Pick<RepositoryWatch, 'read' | 'views'>;
  readonly retry: BackoffRule;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** Creates the stanza where a repository has none. Others do not wait for one where it cannot be created. */
export class Stanzas {
  readonly #input: StanzasInput;
  #failures = 0;
  #notBeforeMs = 0;
  #problem: string | undefined;

  constructor(input: StanzasInput) {
    this.#input = input;
  }

  /** Why it could not be created; undefined when it is there or was not tried. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** @returns how long to wait before the next try, in milliseconds; 0 when it is there. */
  async create(signal: AbortSignal): Promise<number> {
    const { repository, repositories, retry, clock, random, logger } = this.#input;
    if (!repositories.views().some(({ stanzaMissing }) => stanzaMissing)) return 0;
    const waitMs = this.#notBeforeMs - clock.monotonicMs();
    if (waitMs > 0) return waitMs;
    try {
      await repository.createStanza(signal);
      logger.info('stanza created');
      this.#problem = undefined;
      this.#failures = 0;
      await repositories.read(signal);
      return 0;
    } catch (error) {
      signal.throwIfAborted();
      const problem = describeError(error);
      if (problem !== this.#problem) logger.warn({ error: problem }, 'stanza could not be created');
      this.#problem = problem;
      this.#failures += 1;
      const nextMs = backoffMs(retry, this.#failures, random());
      this.#notBeforeMs = clock.monotonicMs() + nextMs;
      return nextMs;
    }
  }
}
