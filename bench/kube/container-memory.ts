import type { Members } from '@howdah/testbed-kube-e2e/patroni/members';
import * as z from 'zod';

/** The kubelet's `/stats/summary`, of which this is asked; bytes. */
const summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      containers: z.array(
        z.object({
          name: z.string(),
          memory: z.object({ workingSetBytes: z.number(), rssBytes: z.number() }).partial().default({}),
        }),
      ),
    }),
  ),
});

/** What one container holds, in MiB, as the kubelet measures it: by this pods are evicted. */
export interface ContainerMemory {
  readonly pod: string;
  readonly container: string;
  readonly workingSetMiB: number;
  readonly anonymousMiB: number;
}

/** Of every pod of a namespace. */
export const containerMemory = async (
  patroni: Pick<Members, 'kubectl' | 'namespace'>,
): Promise<readonly ContainerMemory[]> => {
  const args = ['get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}'];
  const nodes = (await patroni.kubectl(args)).split(' ');
  const answers = await Promise.all(
    nodes.map((node) => patroni.kubectl(['get', '--raw', `/api/v1/nodes/${node}/proxy/stats/summary`])),
  );
  return answers
    .flatMap((answer) => summary.parse(JSON.parse(answer)).pods)
    .filter(({ podRef }) => podRef.namespace === patroni.namespace)
    .flatMap(({ podRef, containers }) =>
      containers.map(({ name, memory }) => ({
        pod: podRef.name,
        container: name,
        workingSetMiB: (memory.workingSetBytes ?? Number.NaN) / 2 ** 20,
        anonymousMiB: (memory.rssBytes ?? Number.NaN) / 2 ** 20,
      })),
    )
    .toSorted((a, b) => a.pod.localeCompare(b.pod) || a.container.localeCompare(b.container));
};
