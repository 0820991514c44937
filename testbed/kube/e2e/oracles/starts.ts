import type { Patroni } from '../patroni/patroni.ts';

/** When each container of each pod was started, and PostgreSQL in it: equal as long as nothing was restarted. */
export const starts = async (patroni: Patroni): Promise<readonly object[]> =>
  Promise.all(
    (await patroni.pods()).map(async (pod) => {
      const sql = 'SELECT pg_postmaster_start_time()::text AS started';
      const [row] = await patroni.query<{ started: string }>(pod, sql);
      const containers = Object.values(pod.containers).map(
        ({ name, containerID, restartCount }) => [name, containerID, restartCount] as const,
      );
      return { pod: pod.name, uid: pod.uid, containers, postgres: row?.started };
    }),
  );
