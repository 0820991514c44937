import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Reading } from './fleet.ts';

/**
 * Asks once and folds the answer into what was known: a failure leaves the last answer standing beside its
 * reason. Rejects only when `signal` aborts.
 */
export const ask = async <Answer>(
  known: Reading<Answer>,
  question: (signal: AbortSignal) => Promise<Answer>,
  clock: Clock,
  signal: AbortSignal,
): Promise<Reading<Answer>> => {
  const askedAt = clock.now().toISOString();
  try {
    const answer = await question(signal);
    return { askedAt, answer, answeredAt: clock.now().toISOString() };
  } catch (error) {
    signal.throwIfAborted();
    const { answer, answeredAt } = known;
    return {
      askedAt,
      ...(answer === undefined ? {} : { answer }),
      ...(answeredAt === undefined ? {} : { answeredAt }),
      error: describeError(error),
    };
  }
};

/** The first answer of many; the others are told to stop. Rejects with the first reason when all fail. */
export const askAny = async <Answer>(
  questions: readonly ((signal: AbortSignal) => Promise<Answer>)[],
  signal: AbortSignal,
): Promise<Answer> => {
  if (questions.length === 0) throw new Error('there is nobody to ask yet');
  const enough = new AbortController();
  const inner = AbortSignal.any([signal, enough.signal]);
  try {
    return await Promise.any(questions.map((question) => question(inner)));
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof AggregateError ? error.errors[0] : error;
  } finally {
    enough.abort();
  }
};
