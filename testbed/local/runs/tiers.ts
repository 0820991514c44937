/** The tiers of tests in the order in which they run: what is quick and tells most, first. */
export const tiers = ['pure', 'pg', 'store', 'page', 'e2e'] as const;
