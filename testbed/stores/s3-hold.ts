import type { Question, S3Road } from './s3-road.ts';

export interface Hold {
  /** Resolves when it has come. */
  readonly held: Promise<void>;
  letGo(): void;
}

/** Holds the first of these questions, or the store's answer to it, on the road until it is let go. */
export const holdOn = (
  road: S3Road,
  which: (question: Question) => boolean,
  what: 'question' | 'answer' = 'question',
): Hold => {
  const held = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  let first = true;
  road.weather = async (question, pass) => {
    if (!first || !which(question)) return pass();
    first = false;
    const answer = what === 'answer' ? await pass() : undefined;
    held.resolve();
    await gone.promise;
    return answer ?? pass();
  };
  return { held: held.promise, letGo: gone.resolve };
};
