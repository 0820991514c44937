import * as z from 'zod';
import type { Patroni } from '../patroni/patroni.ts';

const named = z.object({ name: z.string(), restartPolicy: z.string().optional() });
const pod = z.object({
  spec: z.object({ initContainers: z.array(named).default([]), containers: z.array(named) }),
});

/** Names of a pod's native sidecars, in the order of their start, and of its other containers. */
export const containersOf = async (
  patroni: Patroni,
  name: string,
): Promise<{ readonly sidecars: readonly string[]; readonly ordinary: readonly string[] }> => {
  const { spec } = pod.parse(JSON.parse(await patroni.kubectl(['get', 'pod', name, '-o', 'json'])));
  const sidecars = spec.initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return {
    sidecars: sidecars.map((container) => container.name),
    ordinary: spec.containers.map((container) => container.name),
  };
};
