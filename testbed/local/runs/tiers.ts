/**
 * The tiers that `./dev test` runs, in this order: what is quick and tells most, first. The tests in pods,
 * `./dev test --project kube`, join them when a whole run from a machine without caches has been seen green.
 */
export const tiers = ['pure', 'pg', 'store', 'page', 'e2e'] as const;
