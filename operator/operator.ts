import { randomBytes } from 'node:crypto';
import type { Clock } from '@howdah/core/clock';
import { describeError, HowdahError } from '@howdah/core/errors';
import { createKubeApi } from '@howdah/kube/api';
import type { Connection } from '@howdah/kube/connection';
import { countWrites } from '@howdah/kube/count-writes';
import { createEvents } from '@howdah/kube/events';
import { Lease } from '@howdah/kube/lease';
import { Queue } from '@howdah/kube/queue';
import { Settler } from '@howdah/kube/settler';
import type { Mirror } from '@howdah/kube/watch';
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

/** Each wait of a look has its deadline, that of an order to Patroni two minutes: one that takes so long hangs. */
const stuckAfterMs = 600_000;

/** The operator: whoever holds the lease brings every cluster to what its manifest says. */
export class Operator {
  readonly #input: OperatorInput;
  /** While it leads. A restart mends neither a failure, which waits for its next look, nor standing by. */
  #queue: Queue | undefined;
  #waitsFor: string | undefined = 'the lease';

  constructor(input: OperatorInput) {
    this.#input = input;
  }

  /** Why a restart would help. */
  stuck(): string | undefined {
    const overdue = this.#queue?.mostOverdue;
    return overdue !== undefined && overdue.ms > stuckAfterMs
      ? `the look at ${overdue.key} has not come to an end for ${Math.round(overdue.ms / 1_000)} s`
      : undefined;
  }

  /** Why it could not lead yet; one that stands by could. */
  waitsFor(): string | undefined {
    return this.#waitsFor;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { connection, environment, metrics, logger, clock } = this.#input;
    const api = createKubeApi(connection);
    // The lease is written every few seconds, and is nothing that happens to clusters.
    const counted = countWrites(api, (kind, verb) => metrics.writes.inc({ kind, verb }));
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
        await lease.hold((within) => this.#lead(counted, within), signal, standBy);
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof HowdahError)) throw error;
        logger.warn({ error: describeError(error), code: error.code }, 'the lease could not be asked for');
        await clock.sleep(2_000, signal).catch(() => undefined);
      } finally {
        metrics.leader.set(0);
        this.#waitsFor = 'the lease';
        this.#queue = undefined;
      }
    }
  }

  async #lead(api: ReconcilerInput['api'], signal: AbortSignal): Promise<void> {
    const { connection, environment, metrics, logger, clock } = this.#input;
    metrics.leader.set(1);
    this.#waitsFor = 'the first list of all clusters';
    logger.info({ identity: environment.identity }, 'leading');
    const queue = new Queue({
      work: async (key, within) => {
        const end = metrics.duration.startTimer();
        const nextMs = await reconciler.look(key, within);
        end();
        metrics.looks.inc({ outcome: 'done' });
        metrics.lastProgress.setToCurrentTime();
        return nextMs;
      },
      onFailure: (key, error, waitMs) => {
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
    this.#queue = queue;
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
    const settler = new Settler(api);
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
    const counting = this.#countClusters(mirrors.clusters, signal);
    await queue.run(signal);
    await Promise.all([watching, counting]);
  }

  async #countClusters(clusters: Pick<Mirror, 'values'>, signal: AbortSignal): Promise<void> {
    const { clock, metrics } = this.#input;
    while (!signal.aborted) {
      metrics.clusters.set([...clusters.values()].length);
      await clock.sleep(5_000, signal).catch(() => undefined);
    }
  }
}

/** 192 bits, in letters that need no quoting anywhere. */
const newPassword = (): string => randomBytes(24).toString('base64url');
