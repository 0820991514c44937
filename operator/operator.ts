import { randomBytes } from 'node:crypto';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import { createKubeApi } from '@howdah/kube/api';
import type { Connection } from '@howdah/kube/connection';
import { createEvents } from '@howdah/kube/events';
import { Lease } from '@howdah/kube/lease';
import { Queue } from '@howdah/kube/queue';
import { Settler } from '@howdah/kube/settler';
import type { Logger } from '@howdah/runtime/logger';
import { Actions } from './actions/actions.ts';
import { StatusTeller } from './apply/tell-status.ts';
import { Backups } from './backups/backups.ts';
import type { OperatorEnvironment } from './environment.ts';
import type { OperatorMetrics } from './metrics.ts';
import { createMirrors } from './mirrors.ts';
import { Logins } from './observe/logins.ts';
import { Reconciler, type ReconcilerInput } from './reconcile.ts';
import { Users } from './users/users.ts';

export interface OperatorInput {
  readonly connection: Connection;
  readonly environment: OperatorEnvironment;
  readonly metrics: OperatorMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Each wait of a look has its deadline: one that takes longer than all of them hangs. */
const stuckAfterMs = 300_000;

/** The operator: whoever holds the lease brings every cluster to what its manifest says. */
export class Operator {
  readonly #input: OperatorInput;
  /** While it leads: when a look last ended, well or not. A restart mends neither a failure nor standing by. */
  #lookedMs: number | undefined;
  #waitsFor: string | undefined = 'the lease';

  constructor(input: OperatorInput) {
    this.#input = input;
  }

  /** Why a restart would help. */
  stuck(): string | undefined {
    if (this.#lookedMs === undefined) return undefined;
    const silentMs = this.#input.clock.monotonicMs() - this.#lookedMs;
    return silentMs > stuckAfterMs ? `nothing was done for ${Math.round(silentMs / 1_000)} s` : undefined;
  }

  /** Why it could not lead yet; one that stands by could. */
  waitsFor(): string | undefined {
    return this.#waitsFor;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { connection, environment, metrics, logger, clock } = this.#input;
    const api = createKubeApi(connection);
    const lease = new Lease({
      api,
      namespace: environment.namespace,
      name: 'howdah-operator',
      identity: environment.identity,
      clock,
    });
    const standBy = () => {
      this.#waitsFor = undefined;
    };
    metrics.leader.set(0);
    while (!signal.aborted) {
      try {
        await lease.hold((within) => this.#lead(api, within), signal, standBy);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof HowdahError)) throw error;
        logger.warn({ error: describeError(error), code: error.code }, 'the lease could not be asked for');
        await clock.sleep(2_000, signal).catch(() => undefined);
      } finally {
        metrics.leader.set(0);
        this.#waitsFor = 'the lease';
        this.#lookedMs = undefined;
      }
    }
  }

  async #lead(api: ReconcilerInput['api'], signal: AbortSignal): Promise<void> {
    const { connection, environment, metrics, logger, clock } = this.#input;
    metrics.leader.set(1);
    this.#lookedMs = clock.monotonicMs();
    this.#waitsFor = 'the first list of all clusters';
    logger.info({ identity: environment.identity }, 'leading');
    const queue = new Queue({
      work: async (key, within) => {
        const end = metrics.duration.startTimer();
        const nextMs = await reconciler.look(key, within);
        end();
        metrics.looks.inc({ outcome: 'done' });
        metrics.lastProgress.setToCurrentTime();
        this.#lookedMs = clock.monotonicMs();
        return nextMs;
      },
      onFailure: (key, error, waitMs) => {
        this.#lookedMs = clock.monotonicMs();
        metrics.looks.inc({ outcome: 'failed' });
        logger.warn(
          {
            cluster: key,
            error: describeError(error),
            waitMs,
            ...(error instanceof HowdahError
              ? { code: error.code }
              : { stack: error instanceof Error ? error.stack : undefined }),
          },
          'a cluster could not be brought to what it is to be',
        );
      },
      clock,
    });
    const mirrors = createMirrors({
      api,
      connection,
      clock,
      namespace: environment.watchNamespace,
      onChange: (key) => queue.add(key),
      onFailure: ({ kind }, error, waitMs) => {
        metrics.watchFailures.inc({ kind });
        logger.warn({ kind, error: describeError(error), waitMs }, 'a watch broke off');
      },
    });
    const settler = new Settler(api, (kind, outcome) => metrics.writes.inc({ kind, outcome }));
    const events = createEvents(api, clock, environment.identity);
    const reconciler = new Reconciler({
      api,
      mirrors,
      settler,
      users: new Users({ api, mirrors, settler, newPassword, clock }),
      logins: new Logins({ api, mirrors, newPassword }),
      events,
      statusTeller: new StatusTeller({ api, events, clock }),
      actions: new Actions({ api, mirrors, events, clock }),
      backups: new Backups({ api, mirrors, events, clock }),
      images: environment.images,
      clock,
    });
    const watching = mirrors.run(signal);
    while (!mirrors.synced && !signal.aborted) await clock.sleep(50, signal).catch(() => undefined);
    this.#waitsFor = undefined;
    const keepAlive = this.#keepAlive(mirrors, signal);
    await queue.run(signal);
    await Promise.all([watching, keepAlive]);
  }

  /** Without any cluster nothing is done, and nothing is wrong: hearing of the API server is progress enough. */
  async #keepAlive(
    mirrors: { readonly clusters: { readonly heardMs: number | undefined; values(): Iterable<unknown> } },
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, metrics } = this.#input;
    while (!signal.aborted) {
      const count = [...mirrors.clusters.values()].length;
      metrics.clusters.set(count);
      const { heardMs } = mirrors.clusters;
      if (count === 0 && heardMs !== undefined) this.#lookedMs = Math.max(this.#lookedMs ?? 0, heardMs);
      await clock.sleep(5_000, signal).catch(() => undefined);
    }
  }
}

/** 192 bits, in letters that need no quoting anywhere. */
const newPassword = (): string => randomBytes(24).toString('base64url');
