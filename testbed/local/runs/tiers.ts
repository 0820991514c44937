/**
 * The tiers that `./dev test` runs, in this order: what is quick and tells most, first. The tier of the
 * Kubernetes testbed, `./dev test --project kube`, joins them when the suite is tested in pods there.
 */
export const tiers = ['pure', 'pg', 'store', 'page', 'e2e'] as const;
