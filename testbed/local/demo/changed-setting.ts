import type { Cluster } from '../cluster/cluster.ts';
import { renderPostgresqlConf } from '../cluster/postgres-files.ts';
import type { Chapter } from './chapter.ts';
import { listed, type Tell } from './narrator.ts';

const newWorkMem = '6MB';

/** Swaps the mounted postgresql.conf of every member for one with another work_mem. */
export const changeSetting = async (cluster: Cluster, tell: Tell): Promise<void> => {
  for (const member of cluster.members) {
    await member.changeConfig({ 'postgresql.conf': renderPostgresqlConf(newWorkMem) });
  }
  tell(`postgresql.conf: work_mem = ${newWorkMem} instead of 4MB, in the mounted directory of every member`);
};

/** The new value in force, asked of each server in a new session. */
export const changedSetting = (cluster: Cluster): Chapter => ({
  what: `work_mem = ${newWorkMem} in force on all three members`,
  look: async () => {
    const values = await Promise.all(
      cluster.members.map((member) =>
        member.query<{ value: string }>("SELECT current_setting('work_mem') AS value"),
      ),
    );
    if (!values.every(([row]) => row?.value === newWorkMem)) return undefined;
    return [
      `work_mem = ${newWorkMem} is in force on ${listed(cluster.members.map((member) => member.name))}`,
    ];
  },
});
