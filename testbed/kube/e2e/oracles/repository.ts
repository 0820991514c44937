import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Patroni } from '../patroni/patroni.ts';
import type { Pod } from '../patroni/pods.ts';

/** The few facts of a backup that tests ask for, in pgBackRest's own words. */
const storedBackup = z.object({
  label: z.string(),
  type: z.enum(['full', 'diff', 'incr']),
  /** Seconds since 1970. */
  timestamp: z.object({ start: z.int(), stop: z.int() }),
  annotation: z.record(z.string(), z.string()).default({}),
  error: z.boolean(),
});
export type StoredBackup = z.infer<typeof storedBackup>;

const info = z.tuple([z.object({ backup: z.array(storedBackup) })]);

/** What the repository holds, asked in the postgres container: without any agent, and without their reader. */
export const storedBackups = async (patroni: Patroni, { name }: Pod): Promise<readonly StoredBackup[]> => {
  const args = ['pgbackrest', 'info', '--stanza=main', '--output=json', '--log-level-console=off'];
  const [stanza] = info.parse(JSON.parse(await patroni.exec(name, 'postgres', args)));
  return stanza.backup;
};

/** Labels of the directories in the repository, those of unfinished backups among them. */
export const backupDirectories = async (patroni: Patroni): Promise<readonly string[]> => {
  const { directory, buckets } = await patroni.cluster.store('s3', patroni.signal);
  const main = join(directory, buckets.backup, patroni.namespace, 'backup/main');
  if (!existsSync(main)) return [];
  return (await readdir(main)).filter((name) => /^\d{8}-\d{6}F/.test(name));
};
