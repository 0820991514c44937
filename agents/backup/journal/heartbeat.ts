import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import type { Fence } from '../role/while-primary.ts';

/** Three of them may be lost before somebody takes over (silentAfterMs). */
const beatIntervalMs = 15_000;

export interface HeartbeatInput<Claim> {
  readonly journal: {
    /** @returns why the claim does not hold any more; undefined while it does */
    beat(claim: Claim, signal: AbortSignal): Promise<string | undefined>;
  };
  readonly claim: Claim;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Says in the journal that the run goes on, until somebody has taken it over. A store that does not answer stops
 * nothing: whoever would take over does not reach it either, and pgBackRest finds out for itself.
 */
export const heartbeat =
  <Claim>({ journal, claim, clock, logger }: HeartbeatInput<Claim>): Fence =>
  async (until) => {
    for (;;) {
      await clock.sleep(beatIntervalMs, until);
      try {
        const lost = await journal.beat(claim, until);
        if (lost !== undefined) return lost;
      } catch (error) {
        until.throwIfAborted();
        logger.warn({ error: describeError(error) }, 'run journal not reached');
      }
    }
  };
