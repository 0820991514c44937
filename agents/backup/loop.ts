import type { BackoffRule } from '@howdah/core/backoff';
import type { RunOutcome } from '@howdah/status/backup';
import { type AttemptInput, Attempts, type GivenUp, type Running } from './attempt.ts';
import { isCancelled } from './cancelled.ts';
import type { Expirations } from './expire.ts';
import { SupersededBackups } from './expire-superseded.ts';
import type { Journals } from './journal/journals.ts';
import { type Due, dueKey } from './model.ts';
import { behindShared } from './own-copies.ts';
import { lockedWaitMs, type PlannedRun, planNext } from './plan.ts';
import type { Repository } from './ports.ts';
import { onPresentLine } from './repository/prior.ts';
import { hasStanza, Stanzas, type StanzasInput } from './repository/stanza.ts';
import { newestTimeline } from './repository/views.ts';
import {
  afterFailure,
  afterRefusal,
  afterSuccess,
  type Retries,
  type WaitingDue,
  waitingIn,
} from './retry.ts';
import { type GateDecision, mayStart } from './role/gate.ts';
import { dueNow, type Timed } from './schedule.ts';
import type { Verifications } from './verification/verifications.ts';

export interface LoopInput extends AttemptInput {
  /** Schedules and requests. */
  readonly timed: readonly Timed[];
  /** What persons have asked for since, and was not tried yet. */
  readonly askedNow?: () => readonly Timed[];
  readonly initialBackup: boolean;
  readonly retry: BackoffRule;
  readonly repository: AttemptInput['repository'] & StanzasInput['repository'] & Pick<Repository, 'expire'>;
  readonly stanzas: StanzasInput['stanzas'];
  readonly journals: AttemptInput['journals'] &
    Pick<Journals, 'isDone' | 'failedAttempts' | 'cancelled' | 'refresh'>;
  readonly expirations: Pick<Expirations, 'next' | 'take'>;
  /** What reads the repositories through, when there is nothing else to do. */
  readonly verifications?: Pick<Verifications, 'next' | 'take'>;
  readonly random: () => number;
  /** Told of each run, and of what it absorbed. */
  readonly onOutcome: (outcome: RunOutcome) => void;
}

/** The longest wait: what nobody announces (a changed clock, a due time) is seen after this. */
const longestWaitMs = 60_000;
/** After another member was found at it: it may end, or fall silent. */
const refusedWaitMs = 10_000;
/** After what passes by itself in seconds: a promotion’s first checkpoint. */
const soonRule: BackoffRule = { initialMs: 2_000, maxMs: 10_000 };

/** schedule → gate → plan → attempt, one backup at a time. */
export class BackupLoop {
  readonly #input: LoopInput;
  #retries: Retries = new Map();
  readonly #attempts: Attempts;
  readonly #stanzas: Stanzas;
  readonly #superseded: SupersededBackups;

  constructor(input: LoopInput) {
    this.#input = input;
    this.#attempts = new Attempts(input, {
      onEnd: (run, outcomes, passesSoon) => {
        for (const outcome of outcomes) this.#note(run, outcome, passesSoon ? soonRule : input.retry);
      },
      onRefusal: (run, outcome, again) => this.#refused(run, outcome, again),
    });
    this.#stanzas = new Stanzas(input);
    this.#superseded = new SupersededBackups(input);
  }

  get running(): Running | undefined {
    return this.#attempts.running;
  }

  /** The last run of this process that ended. */
  get lastRun(): RunOutcome | undefined {
    return this.#attempts.lastRun;
  }

  /** Why the stanza could not be created; undefined when it is there or was not tried. */
  get stanzaProblem(): string | undefined {
    return this.#stanzas.problem;
  }

  /** Stops the backup under way, which is not taken up again before its next due time; tells which one that is. */
  cancel(because: string): Running | undefined {
    return this.#attempts.cancel(because);
  }

  /** What failed and is tried again by this member, the next first. */
  get waiting(): readonly WaitingDue[] {
    return this.#gate().open ? waitingIn(this.dues(), this.#retries, this.#input.clock.monotonicMs()) : [];
  }

  /** Gives up what would be tried again next, as if it had been stopped; undefined where nothing waits. */
  async giveUp(because: string): Promise<(GivenUp & { readonly waiting: WaitingDue }) | undefined> {
    const [waiting] = this.waiting;
    if (waiting === undefined) return undefined;
    const end = await this.#attempts.giveUp(waiting.due, because);
    if (end.kind === 'given-up') this.#retries = afterSuccess(this.#retries, [dueKey(waiting.due)]);
    return { ...end, waiting };
  }

  /** What should be in the repositories and is not. */
  dues(): readonly Due[] {
    const { initialBackup, repositories, journals, clock } = this.#input;
    const schedules = this.#timed();
    const views = repositories.views();
    const now = clock.now();
    const dues = dueNow({ schedules, initialBackup, repositories: views, now });
    const cancelled = [...journals.cancelled(), ...this.#attempts.cancelled];
    const wanted = dues.filter(
      (due) =>
        !journals.isDone(due, views) && !this.#isGivenUp(due) && !isCancelled(due, cancelled, schedules, now),
    );
    return behindShared(wanted, views).map((due) => onPresentLine(due, views));
  }

  #timed(): readonly Timed[] {
    return [...this.#input.timed, ...(this.#input.askedNow?.() ?? [])];
  }

  #isGivenUp(due: Due): boolean {
    const { attempts } = this.#timed().find(({ id }) => id === due.scheduleId) ?? {};
    if (attempts === undefined) return false;
    // Without a journal, or while its store is away, this process counts for itself.
    const failures = this.#retries.get(dueKey(due))?.failures ?? 0;
    return Math.max(this.#input.journals.failedAttempts(due), failures) >= attempts;
  }

  /**
   * Takes at most one backup, or does one expiration; where there is nothing else to do, lets one superseded backup go, or
   * has one repository verified.
   *
   * @param signal stops a backup under way
   * @returns how long to wait for the next cycle, in milliseconds, unless something happens before
   */
  async cycle(signal: AbortSignal): Promise<number> {
    const { repositories, expirations, clock } = this.#input;
    if (!this.#gate().open) return longestWaitMs;
    const stanzaWaitMs = await this.#stanzas.settle(signal);
    const expiration = expirations.next();
    if (expiration !== undefined && !this.#locked()) {
      await expirations.take(expiration, signal);
      return 0;
    }
    if (this.#plan().kind !== 'wait') {
      // The last look may be a minute old: a former primary, or a person, may have taken it since.
      await repositories.read(signal);
    }
    const plan = await this.#planByJournals(signal);
    const gate = this.#gate();
    if (plan.kind === 'run' && gate.open) {
      await this.#attempts.make(plan.run, signal);
      return 0;
    }
    const isIdle = plan.kind === 'wait' && gate.open && !this.#locked();
    // A standby leader hears of a promotion later than the primary, and takes none away.
    const isPrimary = this.#input.role.view().role === 'primary';
    const superseded = isIdle && isPrimary ? this.#superseded.next() : undefined;
    if (superseded !== undefined) {
      await this.#superseded.expire(superseded, signal);
      return 0;
    }
    if (plan.kind === 'wait' && gate.open && this.#moreUrgent() === undefined) {
      const verify = this.#input.verifications?.next();
      if (verify !== undefined) {
        await this.#input.verifications?.take(verify, () => this.#moreUrgent(), signal);
        return 0;
      }
    }
    const waits = [
      this.#msToNextDue(clock.now()),
      ...(plan.kind !== 'run' && plan.waitMs !== undefined ? [plan.waitMs] : []),
      ...(stanzaWaitMs > 0 ? [stanzaWaitMs] : []),
      ...(expiration === undefined ? [] : [lockedWaitMs]),
    ];
    return Math.max(0, Math.min(longestWaitMs, ...waits));
  }

  #gate(): GateDecision {
    return mayStart(this.#input.role.view(), newestTimeline(this.#input.repositories.views()));
  }

  /** For what a verify makes room: one that fails and waits for its next try included, it may come at any moment. */
  #moreUrgent(): string | undefined {
    if (this.#locked()) return 'another pgBackRest command runs here';
    if (this.#repositoriesWithStanza().length > 0) return 'a backup is due';
    return this.#input.expirations.next() === undefined ? undefined : 'an expiration was asked for';
  }

  /** By the journal somebody may have stopped it; one whose store hangs keeps no backup of another repository waiting. */
  async #planByJournals(signal: AbortSignal) {
    const read = new Set<number>();
    for (;;) {
      const plan = this.#plan();
      if (plan.kind !== 'run' || read.has(plan.run.due.repo)) return plan;
      read.add(plan.run.due.repo);
      await this.#input.journals.refresh(plan.run.due.repo, signal);
    }
  }

  #plan() {
    return planNext({
      dues: this.#repositoriesWithStanza(),
      retries: this.#retries,
      locked: this.#locked(),
      nowMs: this.#input.clock.monotonicMs(),
    });
  }

  /** Somebody else's pgBackRest runs here, at the last look. */
  #locked(): boolean {
    return this.#input.repositories.info()?.backupLock.held ?? false;
  }

  #repositoriesWithStanza(): readonly Due[] {
    const without = this.#input.repositories.views().filter((view) => !hasStanza(view));
    return this.dues().filter((due) => !without.some(({ repo }) => repo === due.repo));
  }

  #msToNextDue(now: Date): number {
    const next = this.#timed().map(({ times }) => times.next(now)?.getTime() ?? Number.POSITIVE_INFINITY);
    return Math.min(Number.POSITIVE_INFINITY, ...next) - now.getTime();
  }

  /** Notes the failure; returns the wait. */
  #failed(key: string, rule: BackoffRule): number {
    const { clock, random } = this.#input;
    const nowMs = clock.monotonicMs();
    this.#retries = afterFailure(this.#retries, key, rule, nowMs, random());
    return (this.#retries.get(key)?.notBeforeMs ?? nowMs) - nowMs;
  }

  #refused(run: PlannedRun, outcome: RunOutcome, again: boolean): void {
    const { clock, logger, onOutcome } = this.#input;
    this.#retries = afterRefusal(this.#retries, dueKey(run.due), clock.monotonicMs() + refusedWaitMs);
    if (again) return;
    onOutcome(outcome);
    const { scheduleId: schedule, dueAt, repo, reason } = outcome;
    logger.warn({ schedule, dueAt, repo, because: reason }, 'backup refused');
  }

  #note(run: PlannedRun, outcome: RunOutcome, rule: BackoffRule): void {
    const { logger, onOutcome } = this.#input;
    onOutcome(outcome);
    const { scheduleId: schedule, type, repo, dueAt, label, reason } = outcome;
    if (outcome.outcome === 'absorbed') return;
    const seconds = (Date.parse(outcome.endedAt) - Date.parse(outcome.startedAt)) / 1000;
    const about = { schedule, type, repo, dueAt, label, reason, seconds };
    switch (outcome.outcome) {
      case 'done':
        this.#retries = afterSuccess(this.#retries, [run.due, ...run.absorbs].map(dueKey));
        logger.info(about, 'backup done');
        return;
      case 'aborted':
        logger.warn(about, 'backup aborted');
        return;

      case 'failed': {
        const retryInMs = this.#failed(dueKey(run.due), rule);
        const { failures } = this.#retries.get(dueKey(run.due)) ?? { failures: 1 };
        logger[failures >= 3 ? 'error' : 'warn']({ ...about, failures, retryInMs }, 'backup failed');
      }
    }
  }
}
