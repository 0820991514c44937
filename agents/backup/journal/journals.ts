import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import { type CancelledDue, cancelledIn } from '../cancelled.ts';
import { type Due, initialId } from '../model.ts';
import { refusalOf } from '../repository/stanza-judgement.ts';
import { type RepositoryView, supersededIn, viewIn } from '../repository/views.ts';
import type { Claimant } from './decide.ts';
import type { Ending, Entry } from './entry.ts';
import type { Claim, Journal } from './journal.ts';

export interface JournalsInput {
  /** By the number of the repository; one without a store that we know has none. */
  readonly journals: ReadonlyMap<number, Journal>;
  readonly member: string;
  /** Of this start of the agent. */
  readonly agent: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Whether a repository’s journal could be reached at the last look. */
export interface JournalView {
  readonly repo: number;
  readonly failure?: string;
  /** Whether its store lets one member alone create an object; absent before that was tried. */
  readonly createsOnce?: boolean;
}

/** An agent that is told to stop has no more time than this for it. */
const endDeadlineMs = 3_000;

/** The run journals of all repositories. */
export class Journals {
  readonly #input: JournalsInput;
  readonly #failures = new Map<number, string>();
  readonly #createsOnce = new Map<number, boolean>();
  /** What could not be written yet. */
  readonly #owed = new Map<number, { readonly claim: Claim; readonly ending: Omit<Ending, 'at'> }>();

  constructor(input: JournalsInput) {
    this.#input = input;
  }

  of(repo: number): Journal | undefined {
    return this.#input.journals.get(repo);
  }

  me(timeline: number | undefined): Claimant {
    const { member, agent } = this.#input;
    return { member, agent, timeline };
  }

  /** As last read, the newest first. */
  entries(): readonly Entry[] {
    return [...this.#input.journals.values()]
      .flatMap((journal) => journal.entries())
      .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));
  }

  /**
   * Whether an attempt at it was done, by whomever, and its backup has not been superseded since; a repository may want
   * another first full backup.
   */
  isDone(due: Due, views: readonly RepositoryView[]): boolean {
    const superseded = supersededIn(views, due.repo);
    return (
      due.scheduleId !== initialId &&
      this.#endedAs('done', due).some(({ ended }) => !superseded.has(ended?.label ?? ''))
    );
  }

  failedAttempts(due: Due): number {
    return this.#endedAs('failed', due).length;
  }

  /** What persons have stopped, whichever member was at it. */
  cancelled(): readonly CancelledDue[] {
    return this.entries().flatMap(cancelledIn);
  }

  #endedAs(outcome: Ending['outcome'], { scheduleId, dueAt, repo }: Due): readonly Entry[] {
    const entries = this.of(repo)?.entries() ?? [];
    return entries.filter(
      ({ schedule, due, ended }) =>
        ended?.outcome === outcome && schedule === scheduleId && Date.parse(due) === dueAt.getTime(),
    );
  }

  /**
   * Closes an attempt of this member’s. Where the store is away it is closed with a later look; never rejects.
   */
  async end(repo: number, claim: Claim, ending: Omit<Ending, 'at'>): Promise<void> {
    this.#owed.set(repo, { claim, ending });
    try {
      await this.#endOwed(repo, AbortSignal.timeout(endDeadlineMs));
    } catch (error) {
      this.#tellFailure(repo, describeError(error));
    }
  }

  async #endOwed(repo: number, signal: AbortSignal): Promise<void> {
    const owed = this.#owed.get(repo);
    if (owed === undefined) return;
    await this.of(repo)?.end(owed.claim, owed.ending, signal);
    this.#owed.delete(repo);
  }

  views(): readonly JournalView[] {
    return [...this.#input.journals.keys()].map((repo) => {
      const failure = this.#failures.get(repo);
      const createsOnce = this.#createsOnce.get(repo);
      return {
        repo,
        ...(failure === undefined ? {} : { failure }),
        ...(createsOnce === undefined ? {} : { createsOnce }),
      };
    });
  }

  /**
   * Reads what is new; where this member is the primary, closes what nobody is at any more and removes what nobody asks
   * for. Rejects only with the signal’s reason.
   */
  async look(
    views: readonly RepositoryView[],
    primaryOn: { readonly timeline: number | undefined } | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    for (const [repo, journal] of this.#input.journals) {
      try {
        await this.#endOwed(repo, signal);
        await journal.read(signal);
        const view = viewIn(views, repo);
        const isOurs = refusalOf(view) === undefined;
        // Nothing is written where the stanza may yet turn out to be another cluster’s.
        if (isOurs && view?.stanza !== undefined) await this.#probe(repo, journal, signal);
        if (primaryOn !== undefined && isOurs)
          await this.#tidy(journal, view, this.me(primaryOn.timeline), signal);
        this.#failures.delete(repo);
      } catch (error) {
        signal.throwIfAborted();
        this.#tellFailure(repo, describeError(error));
      }
    }
  }

  /** Reads what is new, before something is begun. Rejects only with the signal’s reason. */
  async refresh(repo: number, signal: AbortSignal): Promise<void> {
    try {
      await this.of(repo)?.read(signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#tellFailure(repo, describeError(error));
    }
  }

  /** Once. Where it has no conditional write the journal only tells; who may take a backup Patroni’s lock says alone. */
  async #probe(repo: number, journal: Journal, signal: AbortSignal): Promise<void> {
    const { member, logger } = this.#input;
    if (this.#createsOnce.has(repo)) return;
    const createsOnce = await journal.createsOnce(member, signal);
    this.#createsOnce.set(repo, createsOnce);
    if (!createsOnce)
      logger.warn(
        { repo },
        'the store has no conditional write: Patroni’s lock alone keeps two members apart',
      );
  }

  async #tidy(
    journal: Journal,
    view: RepositoryView | undefined,
    me: Claimant,
    signal: AbortSignal,
  ): Promise<void> {
    for (const { because, ...orphan } of journal.orphans(me)) {
      await journal.end(orphan, { outcome: 'failed', reason: because }, signal);
      const { schedule, due, repo, member } = orphan.entry;
      this.#input.logger.warn({ schedule, dueAt: due, repo, member, because }, 'run closed as failed');
    }
    if (view?.reachable === true) await journal.prune(view.backups, signal);
  }

  #tellFailure(repo: number, failure: string): void {
    if (!this.#failures.has(repo))
      this.#input.logger.warn({ repo, error: failure }, 'run journal not reached');
    this.#failures.set(repo, failure);
  }
}
