import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import { exporterErrors } from '../errors.ts';
import type { Collector, RunStatement, ServerFacts } from '../model.ts';
import { type CustomQuery, timeoutSecondsOf } from './config.ts';
import { collectorIdOf } from './names.ts';
import { type Answer, readingOf } from './samples.ts';
import { customStatement, runReadOnly } from './statement.ts';

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

const customCollector = (query: CustomQuery, input: CustomQueriesInput): Collector => ({
  id: collectorIdOf(query),
  // Half a cycle less: a query of each minute is not put off to the next cycle by some milliseconds.
  ...(query.intervalSeconds === undefined
    ? {}
    : { everyMs: query.intervalSeconds * 1_000 - input.cycleMs / 2 }),
  read: async (run, facts, _maxSeries, signal) =>
    isFor(query.role, facts) ? readingOf(query, await ask(query, run, input, signal)) : undefined,
});

const isFor = (role: CustomQuery['role'], { inRecovery }: ServerFacts): boolean =>
  role === 'any' || (role === 'replica') === inRecovery;

/** In the cycle's own session; or in one database after the other, all of them within the query's time-out. */
const ask = async (
  query: CustomQuery,
  run: RunStatement,
  { visit, clock, statementTimeoutSeconds }: CustomQueriesInput,
  signal: AbortSignal,
): Promise<readonly Answer[]> => {
  const statement = customStatement(query);
  const timeoutMs = timeoutSecondsOf(query, statementTimeoutSeconds) * 1_000;
  if (query.databases === undefined) return [{ rows: await runReadOnly(run, statement, timeoutMs) }];
  const endMs = clock.monotonicMs() + timeoutMs;
  const leftFor = (database: string): number => {
    const leftMs = endMs - clock.monotonicMs();
    if (leftMs > 0) return leftMs;
    throw new HowdahError(
      exporterErrors.customQueryTime,
      `custom query ${query.name}: ${timeoutMs / 1_000} s were used up before ${database} had answered`,
    );
  };
  const answers: Answer[] = [];
  for (const database of query.databases) {
    const rows = await visit(database, leftFor(database), signal, (there) =>
      runReadOnly(there, statement, leftFor(database)),
    );
    answers.push({ database, rows });
  }
  return answers;
};
