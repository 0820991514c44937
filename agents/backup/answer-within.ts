import type { Clock } from '@howdah/core/clock';

/** What a file system answers, which may never do so; undefined when it takes longer. Rejects with the signal's reason. */
export const answerWithin = async <Answer>(
  answer: Promise<Answer>,
  deadlineMs: number,
  clock: Pick<Clock, 'sleep'>,
  signal: AbortSignal,
): Promise<Answer | undefined> => {
  const late = new AbortController();
  try {
    const silence = clock.sleep(deadlineMs, AbortSignal.any([signal, late.signal]));
    return await Promise.race([answer, silence.then(() => undefined)]);
  } finally {
    late.abort();
  }
};
