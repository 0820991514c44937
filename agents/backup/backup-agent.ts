import { describeError } from '@howdah/core/errors';
import { type Agent, type Progress, type Readiness, StopRequest } from '@howdah/runtime/agent';
import type { BackupStatus, MemberRole } from '@howdah/status/backup';
import { ArchiveWatch, type ArchiveWatchInput } from './archive/watch.ts';
import { AskedNow } from './control/asked-now.ts';
import { controlRoutes } from './control/control.ts';
import { Expirations } from './expire.ts';
import type { Journals } from './journal/journals.ts';
import { BackupLoop, type LoopInput } from './loop.ts';
import type { Metrics, MetricsKnowledge } from './metrics.ts';
import type { Expiration, Request } from './model.ts';
import { inShared } from './own-copies.ts';
import type { OpenControl, Repository } from './ports.ts';
import { readinessOf } from './readiness.ts';
import type { Renderer } from './render/renderer.ts';
import { statusOf } from './report.ts';
import { StanzaCheck } from './repository/stanza-check.ts';
import type { RepositoryStorage } from './repository/storage.ts';
import type { StorageWatch } from './repository/storage-watch.ts';
import { UnsetRetention } from './repository/unset-retention.ts';
import { takesBackups } from './role/gate.ts';
import type { TimelineHistory } from './role/timeline-history.ts';
import { createMakeRoom, type WhenFull } from './room/make-room.ts';
import { type SayVersionInput, sayVersion } from './say-version.ts';
import { missingNow, type TimedSchedule, timedRequest } from './schedule.ts';
import type { Verifications } from './verification/verifications.ts';
import type { Wake } from './wake.ts';

export interface BackupAgentInput
  extends Omit<LoopInput, 'onOutcome' | 'timed' | 'askedNow' | 'expirations' | 'verifications'> {
  readonly schedules: readonly TimedSchedule[];
  readonly requests: readonly Request[];
  readonly expirations: readonly Expiration[];
  readonly repository: LoopInput['repository'] & Pick<Repository, 'checkStanza' | 'expire' | 'stopOrphans'>;
  readonly journals: Journals;
  readonly stanza: string;
  readonly history: TimelineHistory;
  /** pgbackrest.conf; undefined where it is pgBackRest's own default. */
  readonly configFile: string | undefined;
  /** The directory where the agent writes it; undefined where somebody else does. */
  readonly configPath?: string | undefined;
  readonly renderer?: Pick<Renderer, 'look' | 'state'> | undefined;
  readonly server: ArchiveWatchInput['server'];
  readonly walDirectory: ArchiveWatchInput['walDirectory'];
  /** What the repositories' archives hold. */
  readonly archive: ArchiveWatchInput['archive'];
  readonly storage: StorageWatch;
  readonly verifications: Verifications;
  readonly version: SayVersionInput['version'];
  readonly whenFull: WhenFull;
  readonly openControl: OpenControl;
  /** The member that Patroni calls the primary; undefined where nobody says. */
  readonly primary: (signal: AbortSignal) => Promise<string | undefined>;
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
/** How often the files with secrets are read; kubelet takes longer to bring a new one. */
const renderIntervalMs = 10_000;

/** Runs the loop, and beside it the watches over role, repositories and archive. */
export class BackupAgent implements Agent {
  readonly #input: BackupAgentInput;
  readonly #loop: BackupLoop;
  readonly #expirations: Expirations;
  readonly #archive: ArchiveWatch;
  readonly #check: StanzaCheck;
  readonly #asked = new AskedNow();
  #storage: readonly RepositoryStorage[] = [];
  readonly #unsetRetention = new UnsetRetention();
  #waitingFor: string | undefined;
  /** As last told; nobody's word makes it `unknown` by itself, without an answer. */
  #role: MemberRole = 'unknown';
  #withoutLock: string | undefined;
  /** Role and repositories have been asked once; before that there is nothing to wait for. */
  #looked = { role: false, repositories: false };
  readonly stallAfterMs: number;

  constructor(input: BackupAgentInput) {
    this.#input = input;
    this.stallAfterMs = Math.max(300_000, 5 * input.infoIntervalMs);
    this.#archive = new ArchiveWatch(input);
    this.#check = new StanzaCheck(input);
    this.#expirations = new Expirations({ ...input, asked: input.expirations });
    this.#loop = new BackupLoop({
      ...input,
      makeRoom: createMakeRoom(input),
      expirations: this.#expirations,
      timed: [...input.schedules, ...input.requests.map(timedRequest)],
      askedNow: () => this.#asked.timed(),
      onOutcome: (outcome) => {
        this.#asked.note(outcome);
        input.metrics.runs.inc({ type: outcome.type, outcome: outcome.outcome });
      },
    });
  }

  async run(signal: AbortSignal, shutdown: AbortSignal): Promise<void> {
    const { metrics, wake, eachMinute, close, renderer } = this.#input;
    const stop = new AbortController();
    const stopUnlessReplaced = () => {
      // A new configuration may wait for the backup under way; the end of the process may not.
      if (signal.reason instanceof StopRequest && signal.reason.why === 'config-changed') {
        this.#input.verifications.stop('a new configuration is to be taken');
        return wake.now();
      }
      stop.abort(signal.reason);
    };
    const stopAtOnce = () => stop.abort(shutdown.reason);
    signal.addEventListener('abort', stopUnlessReplaced, { once: true });
    shutdown.addEventListener('abort', stopAtOnce, { once: true });
    metrics.source = () => this.#knowledge();
    // Beside the work: a backup does not wait for it.
    const saying = sayVersion(this.#input, stop.signal);
    const stopTicking = eachMinute(() => wake.now());
    // Before anything asks pgBackRest: after the node was started anew its secrets are gone.
    await renderer?.look(stop.signal);
    const watches = [
      ...(renderer === undefined
        ? []
        : [this.#forEver(() => renderer.look(stop.signal), renderIntervalMs, stop.signal)]),
      this.#forEver(() => this.#watchRole(stop.signal), idleRoleIntervalMs, stop.signal),
      this.#forEver(() => this.#input.history.read(stop.signal), this.#input.archiveIntervalMs, stop.signal),
      this.#forEver(() => this.#archive.look(stop.signal), this.#input.archiveIntervalMs, stop.signal),
      // Beside the look: going through a large archive takes minutes.
      this.#forEver(() => this.#archive.list(stop.signal), this.#input.archiveIntervalMs, stop.signal),
      // Beside the backups, which do not wait for it.
      this.#forEver(() => this.#check.look(stop.signal), this.#input.archiveIntervalMs, stop.signal),
      this.#forEver(() => this.#watchRepositories(stop.signal), 0, stop.signal),
    ];
    const closeControl = await this.#openControl(signal);
    const work = this.#stopOrphans(stop.signal).then(() => this.#work(signal, stop.signal));
    try {
      // A watch ends only with the agent, unless it fails in a way nobody foresaw.
      await Promise.race([work, ...watches]);
    } finally {
      if (!stop.signal.aborted) stop.abort(new StopRequest('shutdown'));
      stopTicking();
      await Promise.allSettled([work, saying, ...watches]);
      await closeControl();
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
      renderProblem: this.#input.renderer?.state.problem,
    });
  }

  /** Backups go on without it. */
  async #openControl(signal: AbortSignal): Promise<() => Promise<void>> {
    const { openControl, member, role, repositories, primary, wake, clock, logger } = this.#input;
    const routes = controlRoutes({
      ...{ member, role, repositories, primary, wake, clock, logger, asked: this.#asked },
      ...{ verifications: this.#input.verifications, loop: this.#loop },
      status: () => this.status(),
      isEnding: () => signal.aborted,
    });
    try {
      return await openControl(routes);
    } catch (error) {
      logger.warn({ error: describeError(error) }, 'howdah backup now and cancel cannot reach this agent');
      return async () => undefined;
    }
  }

  /** Their role is watched by nobody, and they would keep the next backup waiting. */
  async #stopOrphans(signal: AbortSignal): Promise<void> {
    const { repository, member, logger } = this.#input;
    try {
      const count = await repository.stopOrphans(member, signal);
      if (count > 0) logger.warn({ count }, 'backups of agents that were killed stopped');
    } catch (error) {
      if (signal.aborted) return;
      logger.warn({ error: describeError(error) }, 'could not look for backups of agents that were killed');
    }
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
    // The lock may come without another role: a Patroni that was restarted has it some seconds after its first word.
    if (after.withoutLock !== this.#withoutLock) wake.now();
    this.#withoutLock = after.withoutLock;
    if (after.role === before) return;
    this.#role = after.role;
    logger.info({ role: after.role, before, saidBy: after.source, timeline: after.timeline }, 'role');
    wake.now();
  }

  async #watchRepositories(signal: AbortSignal): Promise<void> {
    const { repositories, stanzas, journals, role, storage, progress, wake, clock, logger, infoIntervalMs } =
      this.#input;
    const beganMs = clock.monotonicMs();
    const restUntil = (sinceMs: number) =>
      clock.sleep(Math.max(0, beganMs + sinceMs - clock.monotonicMs()), signal);
    await repositories.read(signal);
    await stanzas.look(signal);
    const own = role.view();
    const isItsTurn = takesBackups(own) && own.source !== 'held';
    const inCharge = isItsTurn ? { timeline: own.timeline } : undefined;
    await journals.look(repositories.views(), inCharge, signal);
    await this.#input.verifications.look(inCharge, signal);
    this.#looked.repositories = true;
    if (repositories.failure() === undefined) progress.made();
    wake.now();
    const repos = repositories.views().map(({ repo }) => repo);
    this.#storage = await storage.look(repos, signal);
    for (const repo of this.#unsetRetention.after(this.#storage))
      logger.warn({ repo }, 'no retention is set: nothing ever goes from this repository');
    this.#tellReadiness();
    await restUntil(infoIntervalMs / 2);
    await repositories.probe(signal);
    this.#tellReadiness();
    await restUntil(infoIntervalMs);
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
    const { stanza, role, schedules, requests, expirations, repositories, journals, clock } = this.#input;
    const { history, configFile, configPath, renderer, verifications } = this.#input;
    return {
      stanza,
      role: role.view(),
      history: history.known(),
      configFile,
      ...(configPath === undefined ? {} : { configPath }),
      ...(renderer === undefined ? {} : { render: renderer.state }),
      schedules,
      requests: [...requests, ...this.#asked.requests],
      expirations: expirations.map((asked) => ({ asked, run: this.#expirations.runs.get(asked.id) })),
      repositories: repositories.views(),
      journals: journals.views(),
      runs: journals.entries(),
      info: repositories.info(),
      missing: inShared(
        missingNow({ schedules, repositories: repositories.views(), now: clock.now() }),
        repositories.views(),
      ).filter((due) => !journals.isDone(due, repositories.views())),
      storage: this.#storage,
      running: this.#loop.running,
      waiting: this.#loop.waiting,
      lastRun: this.#loop.lastRun,
      check: this.#check.last,
      archive: this.#archive.state,
      repositoryArchives: this.#archive.repositories(),
      verification: {
        ...{ schedule: verifications.schedule, unavailable: verifications.unavailable },
        repositories: verifications.views(),
      },
      now: clock.now(),
    };
  }
}
