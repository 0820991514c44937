import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Repository } from '../ports.ts';
import { mayStart } from '../role/gate.ts';
import type { RoleWatch } from '../role/watch.ts';
import { whilePrimary } from '../role/while-primary.ts';
import { hasStanza } from './stanza.ts';
import { newestTimeline, type RepositoryView } from './views.ts';
import type { RepositoryWatch } from './watch.ts';

/** How the last `pgbackrest check` of this agent ended. */
export interface CheckOutcome {
  readonly at: Date;
  /** Why it failed; absent when a WAL segment went the whole way. */
  readonly reason?: string;
}

export interface StanzaCheckInput {
  readonly repository: Pick<Repository, 'checkStanza'>;
  readonly repositories: Pick<RepositoryWatch, 'views'>;
  readonly role: Pick<RoleWatch, 'ask' | 'view'>;
  readonly retry: BackoffRule;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/**
 * Has pgBackRest try out the whole way of a WAL segment, once after each change: a new primary, a new configuration
 * (which is a new agent), another stanza in some repository. Beside the backups, which do not wait for it.
 */
export class StanzaCheck {
  readonly #input: StanzaCheckInput;
  /** What was checked last, as this primary. */
  #checked: string | undefined;
  #failures = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #last: CheckOutcome | undefined;

  constructor(input: StanzaCheckInput) {
    this.#input = input;
  }

  /** Undefined on a member that has checked nothing since it became primary. */
  get last(): CheckOutcome | undefined {
    return this.#last;
  }

  /** Checks where something has changed. Rejects only when the signal aborts. */
  async look(signal: AbortSignal): Promise<void> {
    const { repositories, role, clock } = this.#input;
    const views = repositories.views();
    const view = role.view();
    if (!mayStart(view, newestTimeline(views)).open) {
      if (view.role !== 'primary' && view.source !== 'nobody') this.#forget();
      return;
    }
    if (views.length === 0 || !views.every(hasStanza) || clock.monotonicMs() < this.#notBeforeMs) return;
    const now = `${view.timeline} ${wordOf(views)}`;
    if (now === this.#checked) return;
    const end = await whilePrimary(this.#input, (stop) => this.#input.repository.checkStanza(stop), signal);
    signal.throwIfAborted();
    if (end.kind === 'aborted') return;
    this.#note(now, end.kind === 'failed' ? describeError(end.error) : undefined);
  }

  #forget(): void {
    this.#checked = undefined;
    this.#last = undefined;
    this.#failures = 0;
    this.#notBeforeMs = Number.NEGATIVE_INFINITY;
  }

  #note(what: string, reason: string | undefined): void {
    const { clock, retry, random, logger } = this.#input;
    const before = this.#last;
    this.#last = { at: clock.now(), ...(reason === undefined ? {} : { reason }) };
    if (reason === undefined) {
      this.#checked = what;
      this.#failures = 0;
      logger.info('stanza checked: WAL reaches every repository');
      return;
    }
    this.#failures += 1;
    const retryInMs = backoffMs(retry, this.#failures, random());
    this.#notBeforeMs = clock.monotonicMs() + retryInMs;
    if (before?.reason !== reason) logger.warn({ error: reason, retryInMs }, 'stanza check failed');
  }
}

/** What of the repositories, when it changes, is worth another check. */
const wordOf = (views: readonly RepositoryView[]): string =>
  JSON.stringify(views.map(({ repo, database }) => [repo, database?.databaseId, database?.systemIdentifier]));
