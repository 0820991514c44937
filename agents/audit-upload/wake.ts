import type { Clock } from '@howdah/core/clock';
import type { NextWait } from './model.ts';

/** Lets one loop wake another from its wait. */
export class Wake {
  #controller = new AbortController();

  notify(): void {
    this.#controller.abort();
  }

  /** Resolves after `waitMs`, after {@link notify} (also one that came before), or when `signal` aborts. */
  async wait(waitMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
    try {
      await clock.sleep(waitMs, AbortSignal.any([signal, this.#controller.signal]));
    } catch {
      // Woken early; the loop looks at the signal.
    }
    if (this.#controller.signal.aborted) this.#controller = new AbortController();
  }
}

export interface DriveSignals {
  /** No further cycle begins, and no wait goes on. */
  readonly signal: AbortSignal;
  /** The cycle under way is cut short; not before {@link signal}. */
  readonly work: AbortSignal;
}

/** Calls `cycle` again and again until the signal aborts; rejects when `cycle` does, unless it was the abort. */
export const drive = async (
  cycle: (work: AbortSignal) => Promise<NextWait>,
  wake: Wake,
  clock: Clock,
  { signal, work }: DriveSignals,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      const { waitMs } = await cycle(work);
      await wake.wait(waitMs, clock, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
};
