import { describeError } from '@howdah/core/errors';
import type { Logger } from './logger.ts';

/** One named step of going down; the phases run one after the other, each within its deadline. */
export interface ShutdownPhase {
  readonly name: string;
  readonly deadlineMs: number;
  readonly run: () => Promise<unknown>;
}

/** Runs every phase, past failures and deadlines, and says which one failed or was late. */
export const shutDown = async (phases: readonly ShutdownPhase[], logger: Logger): Promise<void> => {
  for (const { name, deadlineMs, run } of phases) {
    const deadline = Promise.withResolvers<'late'>();
    const timer = setTimeout(() => deadline.resolve('late'), deadlineMs);
    try {
      const outcome = await Promise.race([run(), deadline.promise]);
      if (outcome === 'late') logger.warn({ phase: name, deadlineMs }, 'shutdown phase did not end in time');
    } catch (error) {
      logger.warn({ phase: name, error: describeError(error) }, 'shutdown phase failed');
    } finally {
      clearTimeout(timer);
    }
  }
};
