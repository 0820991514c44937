import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { exporterErrors } from '../errors.ts';
import type { Collector, RunStatement, ServerFacts } from '../model.ts';
import { type CustomQuery, timeoutSecondsOf } from './config.ts';
import { collectorIdOf } from './names.ts';
import { type Answer, readingOf } from './samples.ts';
import { type CustomRow, customStatement, runReadOnly } from './statement.ts';

/** Works in another database over a connection of its own, which is closed after it. */
export type Visit = <Result>(
  database: string,
  /** For the login, and for each statement. */
  timeoutMs: number,
  signal: AbortSignal,
  work: (run: RunStatement) => Promise<Result>,
) => Promise<Result>;

export interface CustomQueriesInput {
  readonly visit: Visit;
  readonly statementTimeoutSeconds: number;
  /** Time between two cycles. */
  readonly cycleMs: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
}

/** Custom queries as collectors, so that they are timed, bounded, served and told of like the views. */
export const customCollectors = (
  queries: readonly CustomQuery[],
  input: CustomQueriesInput,
): readonly Collector[] => queries.map((query) => customCollector(query, input));

const customCollector = (query: CustomQuery, input: CustomQueriesInput): Collector => {
  const timeoutMs = timeoutSecondsOf(query, input.statementTimeoutSeconds) * 1_000;
  const statement = customStatement(query);
  return {
    id: collectorIdOf(query),
    // Half a cycle less: a query of each minute is not put off to the next cycle by some milliseconds.
    ...(query.intervalSeconds === undefined
      ? {}
      : { everyMs: query.intervalSeconds * 1_000 - input.cycleMs / 2 }),
    read: async (run, facts, _maxSeries, signal) => {
      if (!isFor(query.role, facts)) return undefined;
      const { databases } = query;
      const answers: readonly Answer[] =
        databases === undefined
          ? [{ rows: await runReadOnly(run, statement, timeoutMs) }]
          : await inEach(databases, timeoutMs, input, signal, (there, leftMs) =>
              runReadOnly(there, statement, leftMs),
            );
      return readingOf(query, answers);
    },
  };
};

const isFor = (role: CustomQuery['role'], { inRecovery }: ServerFacts): boolean =>
  role === 'any' || (role === 'replica') === inRecovery;

/** One database after the other, all of them within `timeoutMs`. */
const inEach = async (
  databases: readonly string[],
  timeoutMs: number,
  { visit, clock }: CustomQueriesInput,
  signal: AbortSignal,
  ask: (run: RunStatement, leftMs: number) => Promise<readonly CustomRow[]>,
): Promise<readonly Answer[]> => {
  const endMs = clock.monotonicMs() + timeoutMs;
  const leftAt = (database: string): number => {
    const leftMs = endMs - clock.monotonicMs();
    if (leftMs > 0) return leftMs;
    throw new HowdahError(
      exporterErrors.customQueryTime,
      `not asked in ${database}: ${timeoutMs / 1_000} s were used up before`,
    );
  };
  const answers: Answer[] = [];
  for (const database of databases) {
    const rows = await visit(database, leftAt(database), signal, (run) => ask(run, leftAt(database)));
    answers.push({ database, rows });
  }
  return answers;
};
