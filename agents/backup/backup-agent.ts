import { describeError } from '@howdah/core/errors';
import { type Agent, type Progress, type Readiness, StopRequest } from '@howdah/runtime/agent';
import type { BackupStatus, MemberRole } from '@howdah/status/backup';
import { type ArchiveState, archiveState } from './archive.ts';
import { BackupLoop, type LoopInput } from './loop.ts';
import type { Metrics, MetricsKnowledge } from './metrics.ts';
import type { Request } from './model.ts';
import type { Server } from './ports.ts';
import { readinessOf } from './readiness.ts';
import { statusOf } from './report.ts';
import { type TimedSchedule, timedRequest } from './schedule.ts';
import type { Wake } from './wake.ts';

export interface BackupAgentInput extends Omit<LoopInput, 'onOutcome' | 'timed'> {
  readonly schedules: readonly TimedSchedule[];
  readonly requests: readonly Request[];
  readonly stanza: string;
  readonly server: Pick<Server, 'archiver'>;
  readonly metrics: Metrics;
  readonly progress: Progress;
  readonly wake: Wake;
  /** Calls its argument at each minute, until the undo is called. */
  readonly eachMinute: (tick: () => void) => () => void;
  readonly infoIntervalMs: number;
  readonly archiveIntervalMs: number;
  /** Frees connections and the like, when the agent has stopped. */
  readonly close: () => void;
}

/** How often the role is asked while no backup runs; a switchover is seen this soon. */
const idleRoleIntervalMs = 3_000;

/** Runs the loop, and beside it the watches over role, repositories and archive. */
export class BackupAgent implements Agent {
  readonly #input: BackupAgentInput;
  readonly #loop: BackupLoop;
  #archive: ArchiveState | undefined;
  #waitingFor: string | undefined;
  /** As last told; nobody's word makes it `unknown` by itself, without an answer. */
  #role: MemberRole = 'unknown';
  /** Role and repositories have been asked once; before that there is nothing to wait for. */
  #looked = { role: false, repositories: false };
  readonly stallAfterMs: number;

  constructor(input: BackupAgentInput) {
    this.#input = input;
    this.stallAfterMs = Math.max(300_000, 5 * input.infoIntervalMs);
    this.#loop = new BackupLoop({
      ...input,
      timed: [...input.schedules, ...input.requests.map(timedRequest)],
      onOutcome: ({ type, outcome }) => input.metrics.runs.inc({ type, outcome }),
    });
  }

  async run(signal: AbortSignal, shutdown: AbortSignal): Promise<void> {
    const { metrics, wake, eachMinute, close } = this.#input;
    const stop = new AbortController();
    const stopUnlessReplaced = () => {
      // A new configuration may wait for the backup under way; the end of the process may not.
      if (signal.reason instanceof StopRequest && signal.reason.why === 'config-changed') return wake.now();
      stop.abort(signal.reason);
    };
    const stopAtOnce = () => stop.abort(shutdown.reason);
    signal.addEventListener('abort', stopUnlessReplaced, { once: true });
    shutdown.addEventListener('abort', stopAtOnce, { once: true });
    metrics.source = () => this.#knowledge();
    const stopTicking = eachMinute(() => wake.now());
    const watches = [
      this.#forEver(() => this.#watchRole(stop.signal), idleRoleIntervalMs, stop.signal),
      this.#forEver(() => this.#watchRepositories(stop.signal), this.#input.infoIntervalMs, stop.signal),
      this.#forEver(() => this.#watchArchive(stop.signal), this.#input.archiveIntervalMs, stop.signal),
    ];
    const work = this.#work(signal, stop.signal);
    try {
      // A watch ends only with the agent, unless it fails in a way nobody foresaw.
      await Promise.race([work, ...watches]);
    } finally {
      if (!stop.signal.aborted) stop.abort(new StopRequest('shutdown'));
      stopTicking();
      await Promise.allSettled([work, ...watches]);
      signal.removeEventListener('abort', stopUnlessReplaced);
      shutdown.removeEventListener('abort', stopAtOnce);
      metrics.source = undefined;
      close();
    }
  }

  status(): BackupStatus {
    return statusOf(this.#knowledge());
  }

  readiness(): Readiness {
    const { role, repositories } = this.#input;
    return readinessOf({
      role: role.view(),
      roleSilence: role.silence(),
      repositories: repositories.views(),
      failure: repositories.failure(),
      stanzaProblem: this.#loop.stanzaProblem,
    });
  }

  async #work(signal: AbortSignal, stop: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const waitMs = await this.#loop.cycle(stop);
        await this.#input.wake.wait(waitMs, signal);
      } catch (error) {
        if (!stop.aborted) throw error;
      }
    }
  }

  async #forEver(look: () => Promise<void>, intervalMs: number, signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await look();
        this.#tellReadiness();
        await this.#input.clock.sleep(intervalMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #watchRole(signal: AbortSignal): Promise<void> {
    const { role, logger, wake } = this.#input;
    const after = await role.ask(signal);
    this.#looked.role = true;
    const before = this.#role;
    if (after.role === before) return;
    this.#role = after.role;
    logger.info({ role: after.role, before, saidBy: after.source, timeline: after.timeline }, 'role');
    wake.now();
  }

  async #watchRepositories(signal: AbortSignal): Promise<void> {
    const { repositories, progress, wake } = this.#input;
    await repositories.read(signal);
    this.#looked.repositories = true;
    if (repositories.failure() === undefined) progress.made();
    wake.now();
  }

  async #watchArchive(signal: AbortSignal): Promise<void> {
    const { role, server, repositories, clock, logger } = this.#input;
    if (role.view().role !== 'primary') {
      this.#archive = undefined;
      return;
    }
    try {
      const word = await server.archiver(signal);
      const walMax = repositories.views().find((view) => view.walMax !== undefined)?.walMax;
      this.#archive = word.currentLsn === null ? undefined : archiveState(word, walMax, clock.now());
    } catch (error) {
      signal.throwIfAborted();
      if (this.#archive !== undefined) {
        logger.warn({ error: describeError(error) }, 'archive state not known');
      }
      this.#archive = undefined;
    }
  }

  /** One line when the agent begins or ceases to wait for something. */
  #tellReadiness(): void {
    if (!this.#looked.role || !this.#looked.repositories) return;
    const readiness = this.readiness();
    const waitingFor = readiness.ready ? undefined : readiness.waitingFor;
    // What is waited for stands before the colon; after it stores put times and request numbers.
    const [what] = waitingFor?.split(':', 1) ?? [];
    if (what === this.#waitingFor) return;
    this.#waitingFor = what;
    if (waitingFor === undefined) this.#input.logger.info('ready');
    else this.#input.logger.warn({ waitingFor }, 'waiting');
  }

  #knowledge(): MetricsKnowledge {
    const { stanza, role, schedules, requests, repositories, clock } = this.#input;
    return {
      stanza,
      role: role.view(),
      schedules,
      requests,
      repositories: repositories.views(),
      info: repositories.info(),
      dues: this.#loop.dues(),
      running: this.#loop.running,
      lastRun: this.#loop.lastRun,
      // Of the primary only: what was true of one that is no more is not shown.
      archive: role.view().role === 'primary' ? this.#archive : undefined,
      now: clock.now(),
    };
  }
}
