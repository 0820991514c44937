import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Repository } from './ports.ts';
import { nextToExpire } from './repository/expendable.ts';
import { newestTimeline, viewIn } from './repository/views.ts';
import type { RepositoryWatch } from './repository/watch.ts';
import { mayStart } from './role/gate.ts';
import type { RoleWatch } from './role/watch.ts';
import { whilePrimary } from './role/while-primary.ts';

export interface SupersededInput {
  readonly repository: Pick<Repository, 'expire'>;
  readonly repositories: Pick<RepositoryWatch, 'read' | 'views'>;
  readonly role: Pick<RoleWatch, 'ask' | 'confirm' | 'view'>;
  readonly retry: BackoffRule;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** A superseded backup that may go. */
export interface Expendable {
  readonly repo: number;
  readonly label: string;
}

/** Lets superseded backups go, one at a time; where that fails the others do not wait for it. */
export class SupersededBackups {
  readonly #input: SupersededInput;
  /** By repository; monotonic. */
  readonly #failed = new Map<number, { readonly times: number; readonly notBeforeMs: number }>();

  constructor(input: SupersededInput) {
    this.#input = input;
  }

  /** The one to expire now. */
  next(): Expendable | undefined {
    const { repositories, clock } = this.#input;
    const nowMs = clock.monotonicMs();
    return repositories
      .views()
      .filter(({ repo }) => (this.#failed.get(repo)?.notBeforeMs ?? nowMs) <= nowMs)
      .flatMap((view) => {
        const backup = nextToExpire(view);
        return backup === undefined ? [] : [{ repo: view.repo, label: backup.label }];
      })[0];
  }

  /** Looks once more, at the role too, before it does so. Rejects only when the signal aborts. */
  async expire({ repo, label }: Expendable, signal: AbortSignal): Promise<void> {
    const { repositories, logger } = this.#input;
    try {
      const because = await this.#expire({ repo, label }, signal);
      signal.throwIfAborted();
      await repositories.read(signal);
      const view = viewIn(repositories.views(), repo);
      if (because === undefined && view?.backups.every((backup) => backup.label !== label)) {
        this.#failed.delete(repo);
        logger.info({ repo, label }, 'superseded backup expired');
        return;
      }
      this.#fail(repo, label, because ?? 'the repository shows it still');
    } catch (error) {
      signal.throwIfAborted();
      this.#fail(repo, label, describeError(error));
    }
  }

  /** @returns why not, or why it failed. */
  async #expire({ repo, label }: Expendable, signal: AbortSignal): Promise<string | undefined> {
    const { repositories, repository, role } = this.#input;
    await repositories.read(signal);
    const gate = mayStart(await role.ask(signal), newestTimeline(repositories.views()));
    if (!gate.open) return gate.because;
    const agreed = await role.confirm(signal);
    if (!agreed.open) return agreed.because;
    const view = viewIn(repositories.views(), repo);
    if (view === undefined || nextToExpire(view)?.label !== label) return 'it may not go any more';
    const expire = (stop: AbortSignal) => repository.expire(repo, stop, label);
    const end = await whilePrimary(this.#input, expire, signal);
    if (end.kind === 'aborted') return end.reason;
    return end.kind === 'failed' ? describeError(end.error) : undefined;
  }

  #fail(repo: number, label: string, because: string): void {
    const { clock, retry, random, logger } = this.#input;
    const times = (this.#failed.get(repo)?.times ?? 0) + 1;
    const retryInMs = backoffMs(retry, times, random());
    this.#failed.set(repo, { times, notBeforeMs: clock.monotonicMs() + retryInMs });
    logger.warn({ repo, label, because, retryInMs }, 'superseded backup not expired');
  }
}
