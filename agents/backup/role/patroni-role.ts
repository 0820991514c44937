import { HowdahError } from '@howdah/core/errors';
import type { PatroniClient } from '@howdah/patroni/client';
import { backupErrors } from '../errors.ts';
import type { Patroni } from '../ports.ts';

/**
 * Patroni's word on this member. While it stops, starts or promotes PostgreSQL it goes on to say `primary`;
 * a backup cannot run then. State `unknown` means that Patroni itself got no answer from PostgreSQL, which
 * says nothing about the role.
 */
export const patroniRole = (client: Pick<PatroniClient, 'member'>): Patroni => ({
  member: async (signal) => {
    const { role, state, timeline } = await client.member(signal);
    if (state === 'unknown')
      throw new HowdahError(backupErrors.roleUnknown, 'Patroni gets no answer from PostgreSQL');
    return {
      role: role === 'primary' && state !== 'running' ? 'unknown' : role,
      ...(timeline === undefined ? {} : { timeline }),
    };
  },
});
