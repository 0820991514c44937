import { isIP } from 'node:net';
import type { KeptLogin } from './hba-lockout.ts';

/** A member of the cluster, with the addresses from which it reaches this one. */
export interface MemberAddresses {
  readonly name: string;
  /** As Patroni lists it: an address or a name. */
  readonly host: string;
  readonly addresses: readonly string[];
}

export interface KeptLoginsInput {
  /** This agent's own login. */
  readonly own: { readonly host: string; readonly user: string; readonly hasPassword: boolean };
  readonly agentUsers: readonly string[];
  readonly superuser: string;
  readonly superuserFrom: string;
  readonly replicationUser: string;
  readonly rewindUser: string;
  /** Absent without Patroni. */
  readonly cluster?: { readonly members: readonly MemberAddresses[]; readonly usePgRewind: boolean };
  readonly extra: readonly KeptLogin[];
}

/**
 * Who must be able to log in after any change of pg_hba.conf: the agents, Patroni itself, and the other
 * members for replication and, where Patroni rewinds, for pg_rewind.
 */
export const keptLogins = (input: KeptLoginsInput): readonly KeptLogin[] => {
  const { own, cluster } = input;
  const agents = [...new Set([own.user, ...input.agentUsers])].map((user): KeptLogin => {
    const login = { database: 'postgres', user, why: user === own.user ? 'this agent' : 'an agent' };
    if (!own.host.startsWith('/')) return { ...login, from: isIP(own.host) === 0 ? '127.0.0.1' : own.host };
    return { ...login, from: 'local', ...(own.hasPassword ? {} : { methods: ['peer', 'trust'] }) };
  });
  if (cluster === undefined) return [...agents, ...input.extra];

  const patroni: KeptLogin = {
    from: input.superuserFrom,
    database: 'postgres',
    user: input.superuser,
    why: 'Patroni itself',
  };
  const members = cluster.members.flatMap(({ name, addresses }) =>
    addresses.flatMap((from): KeptLogin[] => [
      { from, database: 'replication', user: input.replicationUser, why: `member ${name}` },
      ...(cluster.usePgRewind
        ? [{ from, database: 'postgres', user: input.rewindUser, why: `pg_rewind of member ${name}` }]
        : []),
    ]),
  );
  return [...agents, ...unique([patroni, ...members]), ...input.extra];
};

/** Members on one machine share an address: the first of them speaks for all. */
const unique = (logins: readonly KeptLogin[]): readonly KeptLogin[] => {
  const first = new Map<string, KeptLogin>();
  for (const login of logins) {
    const key = `${login.from} ${login.database} ${login.user}`;
    if (!first.has(key)) first.set(key, login);
  }
  return [...first.values()];
};
