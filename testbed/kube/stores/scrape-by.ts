import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { prometheusConfig } from './prometheus.ts';
import { scrapeConfigsOf } from './scrape-configs.ts';
import type { PrometheusFacts } from './store-facts.ts';

/**
 * Has the running Prometheus scrape what these PodMonitors choose, and what annotations ask for: instead of what was
 * scraped by others before, so it is for one test file at a time.
 *
 * @throws an Error with Prometheus's words when it does not take the configuration.
 */
export const scrapeBy = async (
  prometheus: PrometheusFacts,
  monitors: readonly unknown[],
  signal: AbortSignal,
): Promise<void> => {
  await writeFile(prometheus.configFile, stringify(prometheusConfig(monitors.flatMap(scrapeConfigsOf))));
  const answer = await fetch(`${prometheus.url}/-/reload`, {
    method: 'POST',
    signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
  });
  if (!answer.ok) throw new Error(await answer.text());
};
