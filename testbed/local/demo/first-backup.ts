import type { Cluster } from '../cluster/cluster.ts';
import type { Chapter } from './chapter.ts';
import { listed, sizeInWords } from './narrator.ts';
import { makersOf, readBackups } from './repository.ts';

/** A full backup by the primary and by no other member. */
export const firstBackup = (cluster: Cluster): Chapter => ({
  what: 'a full backup in the repository',
  look: async (signal) => {
    const full = (await readBackups(cluster, signal)).find((backup) => backup.type === 'full');
    if (full === undefined) return undefined;
    const makers = await makersOf(cluster, full.label);
    const primary = await cluster.primary(signal);
    const others = cluster.members.map((member) => member.name).filter((name) => !makers.includes(name));
    const seconds = full.timestamp.stop - full.timestamp.start;
    const role = makers.length === 1 && makers[0] === primary.name ? 'the primary' : 'not the primary alone';
    return [
      `backup ${full.label}: full, ${sizeInWords(full.info.size)} in ${seconds} s, ` +
        `by ${listed(makers)} (${role}); nothing by ${listed(others)}`,
    ];
  },
});
