/** The tiers that `./dev test` runs, in this order: what is quick and tells most, first. */
export const tiers = ['pure', 'pg', 'store', 'page', 'e2e', 'kube'] as const;
