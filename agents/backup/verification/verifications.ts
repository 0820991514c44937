import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import { describeError } from '@howdah/core/errors';
import { type Version, verifyProblem } from '@howdah/pgbackrest/version';
import { type Cancellation, createCancellation } from '../cancellation.ts';
import type { Claimant } from '../journal/decide.ts';
import type { Verifier } from '../ports.ts';
import { newestTimeline, viewIn } from '../repository/views.ts';
import { mayStart } from '../role/gate.ts';
import type { RoleWatch } from '../role/watch.ts';
import { type AttemptInput, attemptVerify } from './attempt.ts';
import { type DueVerify, overdueSince, type VerifySchedule, verifyDueAt } from './due.ts';
import type { VerifyEnding } from './entry.ts';
import type { VerifyClaim, VerifyJournal } from './journal.ts';
import type { VerificationView } from './report.ts';

export interface VerificationsInput extends AttemptInput {
  /** Absent: only what persons ask for. */
  readonly schedule: VerifySchedule | undefined;
  /** Of each repository that has a journal. */
  readonly journals: ReadonlyMap<number, VerifyJournal>;
  /** For one that has none: what is known of it lasts as long as this agent. */
  readonly forgetfulJournal: () => VerifyJournal;
  readonly verifier: Verifier;
  readonly role: Pick<RoleWatch, 'ask' | 'confirm' | 'view'>;
  readonly member: string;
  /** Of this start of the agent. */
  readonly agent: string;
  readonly retry: BackoffRule;
  readonly random: () => number;
}

/** A verify that this member makes. */
interface UnderWay {
  readonly due: DueVerify;
  readonly startedAt: Date;
  readonly cancellation: Cancellation;
  /** The words of the person who stopped it. */
  cancelledBy?: string;
}

/** After it was found not to be for this member, for now. */
const refusedWaitMs = 10_000;
/** So long may what a person asked for wait to be begun; whoever asked has gone by then. */
const askedForMs = 3_600_000;

/** Verifies repositories, one at a time, where this member is the primary and has nothing more urgent to do. */
export class Verifications {
  readonly #input: VerificationsInput;
  readonly #since: Date;
  readonly #forgetful = new Map<number, VerifyJournal>();
  /** What persons wait for, by repository. */
  readonly #asked = new Map<number, Date>();
  /** By repository; monotonic. */
  readonly #waits = new Map<number, { readonly failures: number; readonly untilMs: number }>();
  #underWay: UnderWay | undefined;
  #unavailable: string | undefined;
  #knowsVersion = false;

  constructor(input: VerificationsInput) {
    this.#input = input;
    this.#since = input.clock.now();
  }

  get schedule(): VerifySchedule | undefined {
    return this.#input.schedule;
  }

  /** Why this pgBackRest is not asked to verify anything. */
  get unavailable(): string | undefined {
    return this.#unavailable;
  }

  /** A person wants it; it is tried once. Returns when it was asked for, which is its due time. */
  ask(repo: number): Date {
    const at = this.#asked.get(repo) ?? this.#freeSecond(repo);
    this.#asked.set(repo, at);
    this.#waits.delete(repo);
    return at;
  }

  /** The journal names it by the second, and one of this second may be done. */
  #freeSecond(repo: number): Date {
    const taken = new Set(
      this.#journalOf(repo)
        .entries()
        ?.map(({ due }) => Date.parse(due)),
    );
    let second = Math.floor(this.#input.clock.now().getTime() / 1_000) * 1_000;
    while (taken.has(second)) second += 1_000;
    return new Date(second);
  }

  /** Stops the verify under way, which is taken up again. */
  stop(because: string): void {
    this.#underWay?.cancellation.now(because);
  }

  /** Stops the verify under way for a person: it is not taken up again before its next due time. Tells which one that is. */
  cancel(because: string): Pick<UnderWay, 'due' | 'startedAt'> | undefined {
    if (this.#underWay === undefined) return undefined;
    this.#underWay.cancelledBy = because;
    this.#underWay.cancellation.now(because);
    return this.#underWay;
  }

  /** Of the repositories that are to be verified, or were. */
  views(): readonly VerificationView[] {
    return this.#repos().map((repo) => {
      const journal = this.#journalOf(repo);
      const overdue = this.#overdueSince(repo);
      const askedAt = this.#asked.get(repo);
      return {
        ...{ repo, entries: journal.entries() ?? [] },
        ...(journal.failure === undefined ? {} : { failure: journal.failure }),
        overdue,
        ...(askedAt === undefined ? {} : { askedAt }),
      };
    });
  }

  /** Reads what other members have found; the primary closes what nobody is at any more. */
  async look(
    primaryOn: { readonly timeline: number | undefined } | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const me = primaryOn === undefined ? undefined : this.#me(primaryOn.timeline);
    for (const repo of this.#repos()) {
      const journal = this.#journalOf(repo);
      // Where none is scheduled what was read once is all that there is, but for what a person asks of another member.
      const isKnown = journal.entries() !== undefined && journal.failure === undefined;
      if (this.#input.schedule !== undefined || !isKnown) await journal.look(me, signal);
    }
  }

  /** Whether this pgBackRest can; where it did not say its version at the start, it is asked before the first verify. */
  learn(version: Version): void {
    const { schedule, logger } = this.#input;
    if (this.#knowsVersion) return;
    this.#knowsVersion = true;
    this.#unavailable = verifyProblem(version);
    if (this.#unavailable !== undefined && schedule !== undefined)
      logger.warn({ because: this.#unavailable }, 'repositories are not verified');
  }

  /** The one to make now, where there is nothing more urgent. */
  next(): DueVerify | undefined {
    const { schedule, clock } = this.#input;
    if (this.#unavailable !== undefined) return undefined;
    const now = clock.now();
    for (const [repo, at] of this.#asked)
      if (now.getTime() - at.getTime() > askedForMs) this.#asked.delete(repo);
    const asked = [...this.#asked].map(([repo, dueAt]) => ({ schedule: 'now', repo, dueAt }) as const);
    const scheduled = (schedule?.repos ?? []).flatMap((repo): readonly DueVerify[] => {
      const history = this.#historyOf(repo);
      // Before the journal was read somebody may have done it.
      if (schedule === undefined || history === undefined) return [];
      const dueAt = verifyDueAt(schedule.times, history, this.#since, now);
      return dueAt === undefined ? [] : [{ schedule: 'verify', repo, dueAt }];
    });
    return [...asked, ...scheduled].find(({ repo }) => this.#isReadable(repo) && this.#mayTry(repo));
  }

  /**
   * Makes it, unless PostgreSQL or the journal say that it is not for this member. Rejects only when the signal aborts.
   *
   * @param moreUrgent why it has to make room, asked each second; undefined while it may go on
   */
  async take(due: DueVerify, moreUrgent: () => string | undefined, signal: AbortSignal): Promise<void> {
    const claim = await this.#claim(due, signal);
    if (claim === undefined) return;
    if (due.schedule === 'now') this.#asked.delete(due.repo);
    const { repo, schedule, dueAt } = due;
    this.#input.logger.info({ repo, schedule, dueAt, attempt: claim.entry.attempt }, 'verify started');
    const journal = this.#journalOf(repo);
    const cancellation = createCancellation();
    const underWay: UnderWay = { due, startedAt: new Date(claim.entry.startedAt), cancellation };
    this.#underWay = underWay;
    const end = await attemptVerify(this.#input, { claim, journal, cancellation, moreUrgent }, signal);
    this.#underWay = undefined;
    const { outcome, reason } = end;
    // It may have come to its end, or have made room, a moment before.
    const isCancelled = outcome === 'aborted' && reason !== undefined && reason === underWay.cancelledBy;
    const ended: VerifyEnding = isCancelled ? { ...end, cancelled: true } : end;
    this.#note(due, claim, ended);
    await journal.end(claim, ended);
    signal.throwIfAborted();
  }

  /** Undefined where it is not for this member, or not now. */
  async #claim(due: DueVerify, signal: AbortSignal): Promise<VerifyClaim | undefined> {
    const { role, repositories } = this.#input;
    try {
      if (!this.#knowsVersion) this.learn(await this.#input.verifier.version(signal));
      if (this.#unavailable !== undefined) return this.#refused(due, this.#unavailable);
      await repositories.read(signal);
      const gate = mayStart(await role.ask(signal), newestTimeline(repositories.views()));
      const agreed = gate.open ? await role.confirm(signal) : gate;
      if (!agreed.open) return this.#refused(due, agreed.because);
      if (!this.#isReadable(due.repo)) return this.#refused(due, 'the repository does not answer');
      const me = this.#me(role.view().timeline);
      const claiming = await this.#journalOf(due.repo).claim(due, me, signal);
      return claiming.kind === 'claimed' ? claiming.claim : this.#refused(due, claiming.because);
    } catch (error) {
      signal.throwIfAborted();
      return this.#refused(due, describeError(error));
    }
  }

  #refused({ repo, schedule, dueAt }: DueVerify, because: string): undefined {
    this.#wait(repo, this.#waits.get(repo)?.failures ?? 0, refusedWaitMs);
    this.#input.logger.debug({ repo, schedule, dueAt, because }, 'verify refused');
  }

  #note({ repo, schedule, dueAt }: DueVerify, { entry }: VerifyClaim, ended: VerifyEnding): void {
    const { retry, random, logger } = this.#input;
    const { at, outcome, verdict, problems, reason } = ended;
    const failures = outcome === 'failed' ? (this.#waits.get(repo)?.failures ?? 0) + 1 : 0;
    if (failures === 0) this.#waits.delete(repo);
    else this.#wait(repo, failures, backoffMs(retry, failures, random()));
    const seconds = (Date.parse(at) - Date.parse(entry.startedAt)) / 1000;
    const about = { repo, schedule, dueAt, outcome, problems, reason, seconds };
    if (verdict === 'valid') logger.info(about, 'repository verified');
    else if (verdict === 'invalid') logger.error(about, 'repository is damaged');
    else logger.warn(about, 'repository not verified');
  }

  #wait(repo: number, failures: number, waitMs: number): void {
    this.#waits.set(repo, { failures, untilMs: this.#input.clock.monotonicMs() + waitMs });
  }

  #mayTry(repo: number): boolean {
    return (this.#waits.get(repo)?.untilMs ?? 0) <= this.#input.clock.monotonicMs();
  }

  /** Undefined where nobody can say here: of what is in no journal the primary alone knows. */
  #overdueSince(repo: number): Date | 'never' | undefined {
    const { schedule, role, clock } = this.#input;
    const history = this.#historyOf(repo);
    const isScheduled = schedule?.repos.includes(repo) === true && this.#unavailable === undefined;
    if (schedule === undefined || !isScheduled || history === undefined || !this.#isReadable(repo))
      return undefined;
    if (this.#journalOf(repo).failure !== undefined) return undefined;
    if (history.forgetful && role.view().role !== 'primary') return undefined;
    return overdueSince(schedule.times, history, this.#since, clock.now()) ?? 'never';
  }

  #historyOf(repo: number) {
    const entries = this.#journalOf(repo).entries();
    return entries === undefined ? undefined : { entries, forgetful: !this.#input.journals.has(repo) };
  }

  /** It answers and holds a backup; of an empty one there is nothing to say. */
  #isReadable(repo: number): boolean {
    const view = viewIn(this.#input.repositories.views(), repo);
    return view?.reachable === true && !view.stanzaMissing && view.backups.length > 0;
  }

  #me(timeline: number | undefined): Claimant {
    const { member, agent } = this.#input;
    return { member, agent, timeline };
  }

  #repos(): readonly number[] {
    const { schedule, journals } = this.#input;
    const repos = [...(schedule?.repos ?? []), ...journals.keys(), ...this.#forgetful.keys()];
    return [...new Set(repos)].toSorted((a, b) => a - b);
  }

  #journalOf(repo: number): VerifyJournal {
    const known = this.#input.journals.get(repo) ?? this.#forgetful.get(repo);
    if (known !== undefined) return known;
    const journal = this.#input.forgetfulJournal();
    this.#forgetful.set(repo, journal);
    return journal;
  }
}
