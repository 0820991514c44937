import type { BackoffRule } from '@howdah/core/backoff';
import type { Clock } from '@howdah/core/clock';
import { describeError, retryClassOf } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { RunOutcome } from '@howdah/status/backup';
import { type GateDecision, mayStart } from './gate.ts';
import { type Due, dueKey } from './model.ts';
import { type PlannedRun, planNext } from './plan.ts';
import type { Repository } from './ports.ts';
import { newestTimeline } from './repositories.ts';
import type { RepositoryWatch } from './repository-watch.ts';
import { afterFailure, afterSuccess, type Retries } from './retry.ts';
import type { RoleWatch } from './role-watch.ts';
import { runBackup } from './run.ts';
import { dueNow, type Timed } from './schedule.ts';
import { verifyRun } from './verify.ts';

/** The one run under way. */
export interface Running {
  readonly run: PlannedRun;
  readonly startedAt: Date;
  readonly pid?: number;
}

export interface LoopInput {
  /** Schedules and requests. */
  readonly timed: readonly Timed[];
  readonly initialBackup: boolean;
  readonly retry: BackoffRule;
  readonly member: string;
  readonly role: RoleWatch;
  readonly repositories: RepositoryWatch;
  readonly repository: Pick<Repository, 'backup' | 'createStanza'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** Told of each run, and of what it absorbed. */
  readonly onOutcome: (outcome: RunOutcome) => void;
}

/** The longest wait: what nobody announces (a changed clock, a due time) is seen after this. */
const longestWaitMs = 60_000;
const stanzaKey = 'stanza';
/** After what passes by itself in seconds: a promotion’s first checkpoint. */
const soonRule: BackoffRule = { initialMs: 2_000, maxMs: 10_000 };

/** schedule → gate → plan → run → verify, one backup at a time. */
export class BackupLoop {
  readonly #input: LoopInput;
  #retries: Retries = new Map();
  #running: Running | undefined;
  #lastRun: RunOutcome | undefined;
  #stanzaProblem: string | undefined;

  constructor(input: LoopInput) {
    this.#input = input;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  /** The last run of this process that ended. */
  get lastRun(): RunOutcome | undefined {
    return this.#lastRun;
  }

  /** Why the stanza could not be created; undefined when it is there or was not tried. */
  get stanzaProblem(): string | undefined {
    return this.#stanzaProblem;
  }

  /** What should be in the repositories and is not. */
  dues(): readonly Due[] {
    const { timed, initialBackup, repositories, clock } = this.#input;
    return dueNow({ schedules: timed, initialBackup, repositories: repositories.views(), now: clock.now() });
  }

  /**
   * Takes at most one backup.
   *
   * @param signal stops a backup under way
   * @returns how long to wait for the next cycle, in milliseconds, unless something happens before
   */
  async cycle(signal: AbortSignal): Promise<number> {
    const { repositories, clock } = this.#input;
    if (!this.#gate().open) return longestWaitMs;
    const stanzaMissing = repositories.views().some((view) => view.stanzaMissing);
    const stanzaWaitMs = stanzaMissing ? await this.#createStanza(signal) : 0;
    if (this.#plan().kind !== 'wait') {
      // The last look may be a minute old: a former primary, or a person, may have taken it since.
      await repositories.read(signal);
    }
    const plan = this.#plan();
    const gate = this.#gate();
    if (plan.kind === 'run' && gate.open) {
      await this.#execute(plan.run, signal);
      return 0;
    }
    const waits = [
      this.#msToNextDue(clock.now()),
      ...(plan.kind !== 'run' && plan.waitMs !== undefined ? [plan.waitMs] : []),
      ...(stanzaWaitMs > 0 ? [stanzaWaitMs] : []),
    ];
    return Math.max(0, Math.min(longestWaitMs, ...waits));
  }

  #gate(): GateDecision {
    return mayStart(this.#input.role.view(), newestTimeline(this.#input.repositories.views()));
  }

  #plan() {
    const locked = this.#input.repositories.info()?.backupLock.held ?? false;
    return planNext({
      dues: this.#repositoriesWithStanza(),
      retries: this.#retries,
      locked,
      nowMs: this.#input.clock.monotonicMs(),
    });
  }

  #repositoriesWithStanza(): readonly Due[] {
    const without = this.#input.repositories.views().filter(({ stanzaMissing }) => stanzaMissing);
    return this.dues().filter((due) => !without.some(({ repo }) => repo === due.repo));
  }

  #msToNextDue(now: Date): number {
    const next = this.#input.timed.map(({ times }) => times.next(now)?.getTime() ?? Number.POSITIVE_INFINITY);
    return Math.min(Number.POSITIVE_INFINITY, ...next) - now.getTime();
  }

  /**
   * Returns how long to wait before the next try; 0 when the stanza is there now. Repositories that have it
   * do not wait for those where it cannot be created.
   */
  async #createStanza(signal: AbortSignal): Promise<number> {
    const { repository, repositories, clock, logger } = this.#input;
    const waitMs = (this.#retries.get(stanzaKey)?.notBeforeMs ?? 0) - clock.monotonicMs();
    if (waitMs > 0) return Math.min(waitMs, longestWaitMs);
    try {
      await repository.createStanza(signal);
      logger.info('stanza created');
      this.#stanzaProblem = undefined;
      this.#retries = afterSuccess(this.#retries, [stanzaKey]);
      await repositories.read(signal);
      return 0;
    } catch (error) {
      signal.throwIfAborted();
      const problem = describeError(error);
      if (problem !== this.#stanzaProblem) logger.warn({ error: problem }, 'stanza could not be created');
      this.#stanzaProblem = problem;
      return this.#failed(stanzaKey, this.#input.retry);
    }
  }

  /** Notes the failure; returns the wait. */
  #failed(key: string, rule: BackoffRule): number {
    const { clock, random } = this.#input;
    const nowMs = clock.monotonicMs();
    this.#retries = afterFailure(this.#retries, key, rule, nowMs, random());
    return (this.#retries.get(key)?.notBeforeMs ?? nowMs) - nowMs;
  }

  async #execute(run: PlannedRun, signal: AbortSignal): Promise<void> {
    const { clock, logger, role, repository, repositories, member } = this.#input;
    const startedAt = clock.now();
    const about = {
      schedule: run.due.scheduleId,
      type: run.due.type,
      repo: run.due.repo,
      dueAt: run.due.dueAt,
    };
    this.#running = { run, startedAt };
    logger.info({ ...about, absorbs: run.absorbs.map(({ scheduleId }) => scheduleId) }, 'backup started');
    try {
      const end = await runBackup(
        {
          ...{ run, member, repository, role, clock },
          onStart: (pid) => {
            this.#running = { run, startedAt, pid };
          },
        },
        signal,
      );
      // Asked to stop, there is no time left to look; the next look of whoever is primary then will tell.
      if (!signal.aborted) await repositories.read(signal).catch(() => undefined);
      const view = repositories.views().find(({ repo }) => repo === run.due.repo);
      const proof = { run, startedAt, endedAt: clock.now(), end, repository: view };
      const rule = end.kind === 'failed' && retryClassOf(end.error) === 'now' ? soonRule : this.#input.retry;
      for (const outcome of verifyRun(proof)) this.#note(outcome, run, rule);
    } finally {
      this.#running = undefined;
    }
  }

  #note(outcome: RunOutcome, run: PlannedRun, rule: BackoffRule): void {
    const { logger, onOutcome } = this.#input;
    onOutcome(outcome);
    const { scheduleId: schedule, type, repo, dueAt, label, reason } = outcome;
    if (outcome.outcome === 'absorbed') return;
    this.#lastRun = outcome;
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
