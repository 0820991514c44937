import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Cluster } from '../cluster/cluster.ts';
import { stanza } from '../cluster/pgbackrest.ts';

const infoAnswer = z.array(
  z.object({
    backup: z.array(
      z.object({
        label: z.string(),
        type: z.enum(['full', 'diff', 'incr']),
        info: z.object({ size: z.number(), repository: z.object({ delta: z.number() }) }),
        timestamp: z.object({ start: z.number(), stop: z.number() }),
      }),
    ),
  }),
);
export type RepositoryBackup = z.infer<typeof infoAnswer>[number]['backup'][number];

/** Every backup in the repository, oldest first, as `pgbackrest info` shows it. */
export const readBackups = async (
  cluster: Pick<Cluster, 'pgbackrest'>,
  signal: AbortSignal,
): Promise<readonly RepositoryBackup[]> => {
  const answer = await cluster.pgbackrest(['info', '--output=json'], signal);
  return infoAnswer.parse(JSON.parse(answer)).flatMap((entry) => entry.backup);
};

/**
 * The members whose pgBackRest says in its own log that it made this backup: evidence that does not
 * come from the agents.
 */
export const makersOf = async (
  cluster: Pick<Cluster, 'members'>,
  label: string,
): Promise<readonly string[]> => {
  const makers = await Promise.all(
    cluster.members.map(async (member) => {
      const log = join(member.layout.pgbackrestDirectory, 'log', `${stanza}-backup.log`);
      const text = await readFile(log, 'utf8').catch(() => '');
      return text.includes(`new backup label = ${label}`) ? [member.name] : [];
    }),
  );
  return makers.flat();
};
