import { getJson } from '@howdah/testbed-tools/http';
import * as z from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import type { Chapter } from './chapter.ts';

const queryAnswer = z.object({
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});

const query = 'sum by (severity) (postgres_severity)';

/** Log records by severity, as Prometheus has them from the agents. */
export const severityCounts = async (
  cluster: Cluster,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> => {
  const url = `http://127.0.0.1:${cluster.layout.ports.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
  const { data } = queryAnswer.parse(await getJson(url, signal));
  return new Map(data.result.map(({ metric, value }) => [metric.severity ?? '?', Number(value[1])]));
};

/** Log records of all members counted by severity in Prometheus. */
export const countedRecords = (cluster: Cluster): Chapter => ({
  what: 'log records counted by severity in Prometheus',
  look: async (signal) => {
    const counts = [...(await severityCounts(cluster, signal))].filter(([, count]) => count > 0);
    if (counts.length === 0) return undefined;
    counts.sort(([, a], [, b]) => b - a);
    return [
      `log records in Prometheus: ${counts.map(([severity, count]) => `${count} ${severity}`).join(', ')}`,
    ];
  },
});
