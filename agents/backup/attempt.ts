import type { Clock } from '@howdah/core/clock';
import { describeError, retryClassOf } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { RunOutcome } from '@howdah/status/backup';
import { type Cancellation, createCancellation } from './cancellation.ts';
import type { CancelledDue } from './cancelled.ts';
import type { Hooks } from './hooks/hooks.ts';
import { heartbeat } from './journal/heartbeat.ts';
import type { Claim, Claiming } from './journal/journal.ts';
import type { Journals } from './journal/journals.ts';
import { type Due, dueKey } from './model.ts';
import type { PlannedRun } from './plan.ts';
import type { Repository } from './ports.ts';
import { holdsRetention } from './repository/expendable.ts';
import { supersededIn, viewIn } from './repository/views.ts';
import type { RepositoryWatch } from './repository/watch.ts';
import type { RoleWatch } from './role/watch.ts';
import { type Fence, type RunEnd, whilePrimary } from './role/while-primary.ts';
import type { MakeRoom } from './room/make-room.ts';
import { runBackup } from './run.ts';
import { endingOf, notBegun, verifyRun } from './verify.ts';

/** The one run under way. */
export interface Running {
  readonly run: PlannedRun;
  readonly startedAt: Date;
  readonly pid?: number;
  /** Absent while pgBackRest works. */
  readonly hooks?: 'before' | 'after';
}

export interface AttemptInput {
  readonly member: string;
  readonly role: RoleWatch;
  readonly repositories: RepositoryWatch;
  readonly repository: Pick<Repository, 'backup'>;
  readonly journals: Pick<Journals, 'of' | 'me' | 'end'>;
  readonly hooks?: Pick<Hooks, 'before' | 'after'>;
  /** Comes first of all, once it is claimed. */
  readonly makeRoom?: MakeRoom;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AttemptReport {
  /** The run, and what it absorbed. */
  readonly onEnd: (run: PlannedRun, outcomes: readonly RunOutcome[], passesSoon: boolean) => void;
  /** It was not for this member; `again` when that was told before. */
  readonly onRefusal: (run: PlannedRun, outcome: RunOutcome, again: boolean) => void;
}

/** What became of a person's wish that something is not tried again. */
export type GivenUp =
  /** `problem`: why other members do not know of it, where they do not. */
  | { readonly kind: 'given-up'; readonly problem?: string }
  /** Another member is at it, or has done it. */
  | { readonly kind: 'held'; readonly because: string };

/** A person waits for the answer, and the end has a deadline of its own. */
const giveUpDeadlineMs = 1_500;

/** Cancellations that this process remembers for itself: of repositories without a journal, and while its store is away. */
const mostCancelled = 100;
/** Looks for a backup, until the repository can be read. */
const mostLooks = 4;
const lookAgainMs = 10_000;

/** claim → run → verify: one attempt at a time, for as long as this member may and nobody stops it. */
export class Attempts {
  readonly #input: AttemptInput;
  readonly #report: AttemptReport;
  #running: Running | undefined;
  #cancellation: Cancellation | undefined;
  #cancelled: readonly CancelledDue[] = [];
  #lastRun: RunOutcome | undefined;
  /** Why it was last refused, by `dueKey`. */
  readonly #refusals = new Map<string, string>();

  constructor(input: AttemptInput, report: AttemptReport) {
    this.#input = input;
    this.#report = report;
  }

  get running(): Running | undefined {
    return this.#running;
  }

  /** The last run of this process that ended, or was refused. */
  get lastRun(): RunOutcome | undefined {
    return this.#lastRun;
  }

  /** What persons have stopped here. */
  get cancelled(): readonly CancelledDue[] {
    return this.#cancelled;
  }

  /**
   * Stops what runs, in the way in which the loss of the role stops it.
   *
   * @returns what that is; undefined where nothing runs
   */
  cancel(because: string): Running | undefined {
    this.#cancellation?.now(because);
    return this.#running;
  }

  /** Leaves what is due alone from now on: the journal has it as an attempt that was stopped before anything was begun. */
  async giveUp(due: Due, because: string): Promise<GivenUp> {
    const { journals, role, repositories, clock } = this.#input;
    const run = { due, absorbs: [] };
    const journal = journals.of(due.repo);
    const me = journals.me(role.view().timeline);
    const superseded = supersededIn(repositories.views(), due.repo);
    const within = AbortSignal.timeout(giveUpDeadlineMs);
    let claiming: Claiming | undefined;
    let problem = journal === undefined ? 'the repository has no run journal' : undefined;
    try {
      claiming = await journal?.claim(due, run.absorbs, me, within, superseded);
    } catch (error) {
      problem = describeError(error);
    }
    if (claiming?.kind === 'held') return { kind: 'held', because: claiming.because };
    if (claiming?.kind === 'settled') return { kind: 'held', because: 'another member has done it' };
    const now = clock.now();
    const outcome = notBegun(run, now, now, 'aborted', because);
    this.#remember(run);
    this.#lastRun = outcome;
    if (claiming?.kind === 'claimed')
      await journals.end(due.repo, claiming.claim, endingOf(outcome, because));
    return { kind: 'given-up', ...(problem === undefined ? {} : { problem }) };
  }

  /** Executes the run, unless PostgreSQL or the journal say that it is not for this member. */
  async make(run: PlannedRun, signal: AbortSignal): Promise<void> {
    const { journals, role, repositories, clock, logger } = this.#input;
    const startedAt = clock.now();
    let claiming: Claiming | undefined;
    try {
      const gate = await role.confirm(signal);
      if (!gate.open) return this.#refuse(run, startedAt, gate.because);
      const me = journals.me(role.view().timeline);
      const superseded = supersededIn(repositories.views(), run.due.repo);
      claiming = await journals.of(run.due.repo)?.claim(run.due, run.absorbs, me, signal, superseded);
    } catch (error) {
      signal.throwIfAborted();
      const failed = notBegun(run, startedAt, clock.now(), 'failed', describeError(error));
      this.#end(run, [failed], false);
      return;
    }
    const schedule = run.due.scheduleId;
    switch (claiming?.kind) {
      case 'settled':
        logger.info({ schedule, label: claiming.label }, 'done before, by the run journal');
        return;
      case 'cancelled':
        logger.info({ schedule, because: claiming.because }, 'cancelled before, by the run journal');
        return;
      case 'held':
        this.#refuse(run, startedAt, claiming.because);
        return;
      default:
        await this.#execute(run, claiming?.claim, signal);
    }
  }

  async #execute(run: PlannedRun, claim: Claim | undefined, signal: AbortSignal): Promise<void> {
    const { clock, logger, repositories, journals } = this.#input;
    const startedAt = clock.now();
    const { scheduleId: schedule, type, insteadOf, repo, dueAt } = run.due;
    const about = { schedule, type, ...(insteadOf === undefined ? {} : { insteadOf }), repo, dueAt };
    this.#running = { run, startedAt };
    logger.info({ ...about, absorbs: run.absorbs.map(({ scheduleId }) => scheduleId) }, 'backup started');
    try {
      const cancellation = this.#cancellable();
      const end = await this.#run(this.#running, claim, cancellation, signal);
      // Asked to stop, there is no time left to look; the next look of whoever is primary then will tell.
      if (!signal.aborted) await this.#look(repo, end, signal);
      const view = viewIn(repositories.views(), repo);
      const outcomes = verifyRun({ run, startedAt, endedAt: clock.now(), end, repository: view });
      const [own] = outcomes;
      if (own === undefined) return;
      const ending = endingOf(own, cancellation.because());
      if (ending.cancelled === true) this.#remember(run);
      this.#end(run, outcomes, end.kind === 'failed' && retryClassOf(end.error) === 'now');
      if (claim !== undefined) await journals.end(repo, claim, ending);
      await this.#runAfter(run, own, end, signal);
    } finally {
      this.#running = undefined;
      this.#cancellation = undefined;
    }
  }

  /** A store that does not answer proves nothing: what pgBackRest says was done is looked for again. */
  async #look(repo: number, end: RunEnd, signal: AbortSignal): Promise<void> {
    const { clock, repositories } = this.#input;
    for (let look = 1; look <= mostLooks && !signal.aborted; look += 1) {
      if (look > 1) await clock.sleep(lookAgainMs, signal).catch(() => undefined);
      await repositories.read(signal).catch(() => undefined);
      if (end.kind !== 'completed' || viewIn(repositories.views(), repo)?.reachable === true) return;
    }
  }

  #run(
    running: Running,
    claim: Claim | undefined,
    cancellation: Cancellation,
    signal: AbortSignal,
  ): Promise<RunEnd> {
    const { hooks, makeRoom, member, repository, repositories, role, clock } = this.#input;
    const { run } = running;
    const view = viewIn(repositories.views(), run.due.repo);
    const holdRetention = view !== undefined && holdsRetention(run.due.type, view);
    const before = async (stop: AbortSignal) => {
      await makeRoom?.(run.due, stop);
      if (hooks === undefined) return;
      this.#running = { ...running, hooks: 'before' };
      await hooks.before({ member, run }, stop);
      this.#running = running;
    };
    const onStart = (pid: number) => {
      this.#running = { ...running, pid };
    };
    const fences = [...this.#fences(run, claim), cancellation.fence];
    return runBackup(
      { run, member, repository, role, clock, holdRetention, fences, onStart, before },
      signal,
    );
  }

  /**
   * The hooks behind it, whatever came of it: they undo what those before have done. Who has lost the role is still the
   * one to do that here; whoever loses it only now, or is told to stop, stops them.
   */
  async #runAfter(run: PlannedRun, outcome: RunOutcome, end: RunEnd, signal: AbortSignal): Promise<void> {
    const { hooks, member, role, clock, logger } = this.#input;
    if (hooks === undefined || this.#running === undefined) return;
    this.#running = { run, startedAt: this.#running.startedAt, hooks: 'after' };
    const cancellation = this.#cancellable();
    let problem: string | undefined;
    const work = async (stop: AbortSignal) => {
      problem = await hooks.after({ member, run, outcome }, stop);
    };
    if (end.kind === 'aborted') await work(AbortSignal.any([signal, cancellation.signal]));
    else await whilePrimary({ role, clock, fences: [cancellation.fence] }, work, signal);
    if (problem === undefined) return;
    const { scheduleId: schedule, type, repo, dueAt, label } = outcome;
    logger.warn({ schedule, type, repo, dueAt, label, problem }, 'hooks after the backup failed');
    this.#lastRun = { ...outcome, hookProblem: problem };
  }

  #cancellable(): Cancellation {
    const cancellation = createCancellation();
    this.#cancellation = cancellation;
    return cancellation;
  }

  #remember({ due, absorbs }: PlannedRun): void {
    const at = this.#input.clock.now();
    const stopped = [due, ...absorbs].map(({ scheduleId, repo, dueAt }) => ({ scheduleId, repo, dueAt, at }));
    this.#cancelled = [...this.#cancelled, ...stopped].slice(-mostCancelled);
  }

  #end(run: PlannedRun, outcomes: readonly RunOutcome[], passesSoon: boolean): void {
    this.#refusals.delete(dueKey(run.due));
    this.#lastRun = outcomes[0];
    this.#report.onEnd(run, outcomes, passesSoon);
  }

  #refuse(run: PlannedRun, startedAt: Date, because: string): void {
    const outcome = notBegun(run, startedAt, this.#input.clock.now(), 'refused', because);
    const again = this.#refusals.get(dueKey(run.due)) === because;
    this.#refusals.set(dueKey(run.due), because);
    if (!again) this.#lastRun = outcome;
    this.#report.onRefusal(run, outcome, again);
  }

  #fences({ due }: PlannedRun, claim: Claim | undefined): readonly Fence[] {
    const { journals, clock, logger } = this.#input;
    const journal = journals.of(due.repo);
    return journal === undefined || claim === undefined ? [] : [heartbeat({ journal, claim, clock, logger })];
  }
}
