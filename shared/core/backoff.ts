export interface BackoffRule {
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * The wait before try number `attempt` + 1 (`attempt` counts from 1): doubles up to the cap, and is spread
 * over its upper half by `random` (0 ≤ random < 1), so that many members do not knock in step.
 */
export const backoffMs = (rule: BackoffRule, attempt: number, random: number): number => {
  const full = Math.min(rule.initialMs * 2 ** Math.min(attempt - 1, 30), rule.maxMs);
  return Math.round(full / 2 + (full / 2) * random);
};
