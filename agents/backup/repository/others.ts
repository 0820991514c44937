import type { PatroniClient } from '@howdah/patroni/client';

/** A member whose agent has nothing to say yet is not asked for its mark. */
const states: readonly string[] = ['running', 'streaming', 'in archive recovery'];

/**
 * The members that run beside this one. Undefined where nobody says, and where Patroni knows this member under another
 * name: it would be taken for one of the others.
 */
export const othersOf = async (
  patroni: Pick<PatroniClient, 'cluster'> | undefined,
  member: string,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> => {
  const members = (await patroni?.cluster(signal))?.members;
  if (members?.some(({ name }) => name === member) !== true) return undefined;
  return members
    .filter(({ name, state }) => name !== member && states.includes(state))
    .map(({ name }) => name);
};
