import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import { describeError, HowdahError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';

/** From the third failure in a row on it is told as an error. */
const loudFrom = 3;

/** The failures in a row of one loop: told once each, waited for longer and longer. */
export class Trouble {
  readonly #logger: Logger;
  readonly #what: string;
  readonly #rule: BackoffRule;
  readonly #random: () => number;
  #failures = 0;
  #told: string | undefined;
  #message: string | undefined;

  /** @param what as in `<what> works again` */
  constructor(logger: Logger, what: string, rule: BackoffRule, random: () => number) {
    this.#logger = logger;
    this.#what = what;
    this.#rule = rule;
    this.#random = random;
  }

  /** What is wrong now, in one line; undefined when nothing is. */
  get message(): string | undefined {
    return this.#message;
  }

  /** Notes a failure; returns how long to wait. */
  failed(error: unknown): number {
    this.#failures += 1;
    const message = describeError(error);
    // Stores put a request number and the time into what they say: the kind of failure tells what is new.
    const kind = error instanceof HowdahError ? error.code : message;
    const changed = kind !== this.#told;
    this.#told = kind;
    [this.#message] = message.split('\n', 1);
    if (changed || this.#failures === loudFrom) {
      const known = error instanceof HowdahError ? { code: error.code, remedy: error.kind.remedy } : {};
      const level = this.#failures >= loudFrom ? 'error' : 'warn';
      this.#logger[level](
        { error: message, ...known, failures: this.#failures },
        `${this.#what} does not work`,
      );
    }
    return backoffMs(this.#rule, this.#failures, this.#random());
  }

  over(): void {
    if (this.#failures > 0) this.#logger.info({ failures: this.#failures }, `${this.#what} works again`);
    this.#failures = 0;
    this.#message = undefined;
    this.#told = undefined;
  }
}
