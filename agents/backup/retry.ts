import { type BackoffRule, backoffMs } from '@howdah/core/backoff';

export interface Retry {
  readonly failures: number;
  /** Monotonic. */
  readonly notBeforeMs: number;
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

export const afterSuccess = (retries: Retries, keys: readonly string[]): Retries => {
  const left = new Map(retries);
  for (const key of keys) left.delete(key);
  return left;
};
