import { type BackoffRule, backoffMs } from '@howdah/core/backoff';
import { type Due, dueKey } from './model.ts';

export interface Retry {
  readonly failures: number;
  /** Monotonic. */
  readonly notBeforeMs: number;
}

/** A backup that failed and waits for its next try. */
export interface WaitingDue {
  readonly due: Due;
  /** In a row. */
  readonly failures: number;
  readonly waitMs: number;
}

/** What failed lately, by `dueKey`. In memory only: a restarted agent may try at once. */
export type Retries = ReadonlyMap<string, Retry>;

export const afterFailure = (
  retries: Retries,
  key: string,
  rule: BackoffRule,
  nowMs: number,
  random: number,
): Retries => {
  const failures = (retries.get(key)?.failures ?? 0) + 1;
  return new Map(retries).set(key, { failures, notBeforeMs: nowMs + backoffMs(rule, failures, random) });
};

/** A wait for somebody else, which counts for no failure. */
export const afterRefusal = (retries: Retries, key: string, notBeforeMs: number): Retries =>
  new Map(retries).set(key, { failures: retries.get(key)?.failures ?? 0, notBeforeMs });

/** What of it waits after a failure, not for somebody else; the next to be tried first. */
export const waitingIn = (dues: readonly Due[], retries: Retries, nowMs: number): readonly WaitingDue[] =>
  dues
    .flatMap((due) => {
      const { failures, notBeforeMs } = retries.get(dueKey(due)) ?? { failures: 0, notBeforeMs: 0 };
      return failures === 0 || notBeforeMs <= nowMs ? [] : [{ due, failures, waitMs: notBeforeMs - nowMs }];
    })
    .toSorted((a, b) => a.waitMs - b.waitMs);

export const afterSuccess = (retries: Retries, keys: readonly string[]): Retries => {
  const left = new Map(retries);
  for (const key of keys) left.delete(key);
  return left;
};
