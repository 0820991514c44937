import type { Clock } from '@howdah/core/clock';
import type { Collector, Reading, RunStatement, ServerFacts } from './model.ts';

/** What became of one collector in one cycle. */
export type CollectorOutcome =
  | { readonly kind: 'read'; readonly id: string; readonly durationMs: number; readonly reading: Reading }
  /** This server's version has no such view, or a custom query is for the other role. */
  | { readonly kind: 'inapplicable'; readonly id: string }
  | { readonly kind: 'failed'; readonly id: string; readonly durationMs: number; readonly error: unknown }
  /** The cycle's budget was used up before its turn; it is among the first of the next. */
  | { readonly kind: 'skipped'; readonly id: string };

export interface CollectInput {
  readonly collectors: readonly Collector[];
  readonly facts: ServerFacts;
  readonly run: RunStatement;
  readonly maxSeries: number;
  /** No collector starts later than this after the first; each is bounded by the statement time-out. */
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Runs the collectors one after the other, each behind its own boundary: one that fails is an outcome, and
 * the others go on. One at a time is handed over, so only one reading is in memory.
 */
export async function* collect(input: CollectInput): AsyncGenerator<CollectorOutcome, void> {
  const { clock, signal } = input;
  const startedMs = clock.monotonicMs();
  for (const collector of input.collectors) {
    const { id } = collector;
    const beganMs = clock.monotonicMs();
    if (beganMs - startedMs >= input.budgetMs) {
      yield { kind: 'skipped', id };
      continue;
    }
    const outcome = await readOne(collector, input).then(
      (reading) => ({ reading }),
      (error: unknown) => ({ error }),
    );
    signal.throwIfAborted();
    const durationMs = clock.monotonicMs() - beganMs;
    if ('error' in outcome) yield { kind: 'failed', id, durationMs, error: outcome.error };
    else if (outcome.reading === undefined) yield { kind: 'inapplicable', id };
    else yield { kind: 'read', id, durationMs, reading: outcome.reading };
  }
}

const readOne = async (collector: Collector, { run, facts, maxSeries, signal }: CollectInput) =>
  collector.read(run, facts, maxSeries, signal);
