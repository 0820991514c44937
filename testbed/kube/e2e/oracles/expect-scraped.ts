import { scrapeBy } from '@howdah/testbed-kube/stores/scrape-by';
import { scrapedPods } from '@howdah/testbed-kube/stores/scraped-pods';
import { expect } from 'vitest';
import type { Members } from '../patroni/members.ts';

/** Waits until Prometheus has, by the PodMonitors, the exporter's metrics of just these pods in this job. */
export const expectScraped = async (
  { cluster, namespace, signal, waitFor }: Pick<Members, 'cluster' | 'namespace' | 'signal' | 'waitFor'>,
  monitors: readonly unknown[],
  job: string,
  pods: readonly string[],
): Promise<void> => {
  const prometheus = await cluster.store('prometheus', signal);
  await scrapeBy(prometheus, monitors, signal);
  for (const metric of ['up', 'pg_up']) {
    const found = () => scrapedPods(prometheus, metric, { namespace, job }, signal);
    await waitFor(`${metric} of every pod`, async () =>
      (await found()).filter(({ value }) => value === '1').length < pods.length ? undefined : true,
    );
    expect(await found()).toEqual(pods.map((pod) => ({ pod, value: '1' })));
  }
};
