import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Expiration } from './model.ts';
import type { Repository } from './ports.ts';
import { keptInsteadOfGood } from './repository/expendable.ts';
import { refusalOf } from './repository/stanza-judgement.ts';
import { newestTimeline, type RepositoryView, viewIn } from './repository/views.ts';
import type { RepositoryWatch } from './repository/watch.ts';
import { mayStart } from './role/gate.ts';
import type { RoleWatch } from './role/watch.ts';
import { whilePrimary } from './role/while-primary.ts';

/** How an expiration goes, or went. */
export interface ExpirationRun {
  readonly startedAt: Date;
  readonly ended?: {
    readonly at: Date;
    /** Labels of the backups that the repositories no longer show. */
    readonly expired: readonly string[];
    /** Why it failed. */
    readonly reason?: string;
  };
}

export interface ExpirationsInput {
  readonly asked: readonly Expiration[];
  readonly repository: Pick<Repository, 'expire'>;
  readonly repositories: Pick<RepositoryWatch, 'read' | 'views'>;
  readonly role: Pick<RoleWatch, 'ask' | 'view'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The expirations that somebody asked for. Each is tried once by this process and never again, well or not. A
 * repository does not show that it was expired, and a new primary does it once more, which changes nothing: the
 * retention says what may go, not how often somebody asks.
 */
export class Expirations {
  readonly #input: ExpirationsInput;
  readonly #runs = new Map<string, ExpirationRun>();

  constructor(input: ExpirationsInput) {
    this.#input = input;
  }

  get runs(): ReadonlyMap<string, ExpirationRun> {
    return this.#runs;
  }

  /** The one that is to be done next, unless it was asked for so long ago that it means nothing any more. */
  next(): Expiration | undefined {
    const nowMs = this.#input.clock.now().getTime();
    return this.#input.asked.find(
      ({ id, at, withinHours }) =>
        !this.#runs.has(id) && at.getTime() <= nowMs && nowMs - at.getTime() <= withinHours * 3_600_000,
    );
  }

  /**
   * Rejects only when the signal aborts; it is then as if it had not been begun, and so it is where this member turns
   * out not to be the primary any more: it is for the one who is.
   */
  async take({ id, repos }: Expiration, signal: AbortSignal): Promise<void> {
    const { repositories, role, clock, logger } = this.#input;
    const startedAt = clock.now();
    this.#runs.set(id, { startedAt });
    try {
      await repositories.read(signal);
      const gate = mayStart(await role.ask(signal), newestTimeline(repositories.views()));
      if (!gate.open) {
        this.#runs.delete(id);
        return;
      }
      const before = labelsIn(repositories.views(), repos);
      const problems = await this.#expireEach(repos, signal);
      await repositories.read(signal);
      const after = labelsIn(repositories.views(), repos);
      const expired = before.filter((label) => !after.includes(label));
      const reason = [...problems, ...unread(repositories.views(), repos)].join('; ');
      this.#runs.set(id, {
        startedAt,
        ended: { at: clock.now(), expired, ...(reason === '' ? {} : { reason }) },
      });
      if (reason === '') logger.info({ request: id, repos, expired }, 'expired');
      else logger.warn({ request: id, repos, expired, reason }, 'could not expire');
    } catch (error) {
      this.#runs.delete(id);
      throw error;
    }
  }

  /**
   * @returns why it failed, for each repository where it did; one that is away keeps no other from it, but the loss of
   * the role does.
   */
  async #expireEach(repos: readonly number[], signal: AbortSignal): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const repo of repos) {
      const view = viewIn(this.#input.repositories.views(), repo);
      const refusal = refusalOf(view);
      if (refusal !== undefined) {
        problems.push(`repo${repo} is refused: ${refusal}`);
        continue;
      }
      const kept = view === undefined ? undefined : keptInsteadOfGood(view);
      if (kept !== undefined) {
        problems.push(
          `repo${repo}: ${kept.label} is superseded, and retention would keep it in place of a good one; ask again when the next full has been taken`,
        );
        continue;
      }
      const expire = (stop: AbortSignal) => this.#input.repository.expire(repo, stop);
      const end = await whilePrimary(this.#input, expire, signal);
      signal.throwIfAborted();
      if (end.kind === 'aborted') return [...problems, end.reason];
      if (end.kind === 'failed') problems.push(`repo${repo}: ${describeError(end.error)}`);
    }
    return problems;
  }
}

const labelsIn = (views: readonly RepositoryView[], repos: readonly number[]): readonly string[] =>
  views
    .filter(({ repo }) => repos.includes(repo))
    .flatMap(({ repo, backups }) =>
      backups.map(({ label }) => (repos.length === 1 ? label : `${label} in repo${repo}`)),
    );

const unread = (views: readonly RepositoryView[], repos: readonly number[]): readonly string[] =>
  views
    .filter(({ repo, reachable }) => repos.includes(repo) && !reachable)
    .map(({ repo, message }) => `repo${repo} could not be read: ${message ?? 'no answer'}`);
