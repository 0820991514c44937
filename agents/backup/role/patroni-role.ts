import { HowdahError } from '@howdah/core/errors';
import type { LockWord } from '@howdah/patroni/answers';
import type { PatroniClient } from '@howdah/patroni/client';
import { backupErrors } from '../errors.ts';
import type { Patroni } from '../ports.ts';

const withoutLock: Readonly<Record<LockWord, { readonly withoutLock?: string }>> = {
  held: {},
  absent: { withoutLock: 'Patroni’s leader lock is not with this member' },
  unproven: {
    withoutLock: 'the cluster is paused and Patroni’s store is away, so nobody holds its leader lock',
  },
};

/**
 * Patroni's word on this member. While it stops, starts or promotes PostgreSQL it goes on to say `primary`;
 * a backup cannot run then. State `unknown` means that Patroni itself got no answer from PostgreSQL, which
 * says nothing about the role.
 */
export const patroniRole = (client: Pick<PatroniClient, 'leader'>): Patroni => ({
  member: async (signal) => {
    const { role, state, timeline, lock } = await client.leader(signal);
    if (state === 'unknown')
      throw new HowdahError(backupErrors.roleUnknown, 'Patroni gets no answer from PostgreSQL');
    return {
      role: role === 'primary' && state !== 'running' ? 'unknown' : role,
      ...(timeline === undefined ? {} : { timeline }),
      ...withoutLock[lock],
    };
  },
});
