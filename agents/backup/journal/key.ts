import { type Due, initialId } from '../model.ts';

/**
 * Where what the members keep of a stanza lies in a store, e.g. `pgbackrest/howdah/orders/`: beside pgBackRest’s `archive`
 * and `backup`.
 *
 * @param path `repoN-path`; empty where the store begins with it
 */
const ownPrefix = (path: string, stanza: string): string =>
  `${path.replace(/^\/+/, '').replace(/([^/])\/*$/, '$1/')}howdah/${stanza}/`;

/** The journal of runs. */
export const journalPrefix = (path: string, stanza: string): string => `${ownPrefix(path, stanza)}runs/`;

/** The marks of members that see the volume. */
export const marksPrefix = (path: string, stanza: string): string => `${ownPrefix(path, stanza)}members/`;

/** Where what is known of its verifies lies: beside the runs, in which agents older than it look for nothing else. */
export const verifiesPrefix = (path: string, stanza: string): string => `${ownPrefix(path, stanza)}verifies/`;

/** `20260301T010000Z` */
export const stampOf = (time: Date): string => time.toISOString().replaceAll(/[-:]|\.\d+/g, '');

/**
 * What stands for a due time below the journal's prefix, `nightly@20260301T010000Z`: the same on every member. The first
 * full backup of a repository has no time at which it is due.
 */
export const dueName = ({ scheduleId, dueAt }: Pick<Due, 'scheduleId' | 'dueAt'>): string =>
  scheduleId === initialId ? initialId : `${scheduleId}@${stampOf(dueAt)}`;

const stamp = /@(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The due time in such a name; undefined where it has none. */
export const timeOf = (name: string): Date | undefined => {
  const match = stamp.exec(name);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

/** `…/nightly@20260301T010000Z/0001.json`: attempts in the order of their names. */
export const attemptKey = (prefix: string, name: string, attempt: number): string =>
  `${prefix}${name}/${String(attempt).padStart(4, '0')}.json`;

const attemptName = /^(.+)\/(\d{4,})\.json$/;

/** The due time and the attempt that a key of the journal stands for; undefined for what does not belong to it. */
export const readKey = (
  prefix: string,
  key: string,
): { readonly name: string; readonly attempt: number } | undefined => {
  const match = key.startsWith(prefix) ? attemptName.exec(key.slice(prefix.length)) : null;
  return match === null ? undefined : { name: match[1] ?? '', attempt: Number(match[2]) };
};
