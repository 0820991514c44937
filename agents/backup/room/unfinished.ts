import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const isLabel = (name: string): boolean => /^\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?$/.test(name);

/**
 * Label of a backup that lies in a repository on a volume and that pgBackRest does not list: it was begun and not
 * finished. Undefined where there is none, or nobody can look.
 *
 * @param path of the repository
 * @param listed labels that pgBackRest lists
 */
export const unfinishedIn = async (
  path: string,
  stanza: string,
  listed: readonly string[],
): Promise<string | undefined> => {
  const names = await readdir(join(path, 'backup', stanza)).catch(() => []);
  return names
    .filter((name) => isLabel(name) && !listed.includes(name))
    .toSorted()
    .at(-1);
};
