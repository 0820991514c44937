import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Cluster } from '@howdah/patroni/answers';
import type { MemberAddresses } from './kept-logins.ts';

/** A name server that is away must not keep a configuration waiting. */
const lookupDeadlineMs = 3_000;

/** The addresses of the cluster's members; a member whose name cannot be resolved now has none. */
export const addressesOf = async (cluster: Cluster): Promise<readonly MemberAddresses[]> =>
  Promise.all(
    cluster.members.flatMap(({ name, host }) =>
      host === undefined ? [] : [resolve(host).then((addresses) => ({ name, host, addresses }))],
    ),
  );

const resolve = async (host: string): Promise<readonly string[]> => {
  if (isIP(host) !== 0) return [host];
  const timer = new AbortController();
  try {
    const late = new Promise<never>((_, reject) => {
      const deadline = AbortSignal.any([timer.signal, AbortSignal.timeout(lookupDeadlineMs)]);
      deadline.addEventListener('abort', () => reject(new Error('no answer from the name server')), {
        once: true,
      });
    });
    const found = await Promise.race([lookup(host, { all: true }), late]);
    return found.map(({ address }) => address);
  } catch {
    return [];
  } finally {
    timer.abort();
  }
};

/** This pod's own addresses with their prefix lengths, which the postgres container shares. */
export const ownNetworks = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr }) => (cidr === null ? [] : [cidr])),
  );
