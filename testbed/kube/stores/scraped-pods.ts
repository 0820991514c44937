import { getJson } from '@howdah/testbed-tools/http';
import * as z from 'zod';
import type { PrometheusFacts } from './store-facts.ts';

const answer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.object({ pod: z.string() }), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

/** What Prometheus has of a metric now, by pod and in their order: the last value, as it writes it. */
export const scrapedPods = async (
  prometheus: PrometheusFacts,
  metric: string,
  labels: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<readonly { readonly pod: string; readonly value: string }[]> => {
  const chosen = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const query = `${metric}{${chosen.join(',')}}`;
  const url = `${prometheus.url}/api/v1/query?query=${encodeURIComponent(query)}`;
  const within = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
  return answer
    .parse(await getJson(url, within))
    .data.result.map(({ metric: { pod }, value: [, value] }) => ({ pod, value }))
    .toSorted((a, b) => a.pod.localeCompare(b.pod));
};
