import type { Certificate } from '@howdah/testbed-stores/certificate';
import { nodeAddress, storeDomain } from '../addresses.ts';
import type { StoreName } from '../part-names.ts';
import type { NodeContext } from '../parts/part.ts';

/** A certificate for a store's name in pods, and for its address. */
export const storeCertificate = async (
  { authority }: NodeContext,
  store: StoreName,
): Promise<Certificate> => {
  const hostName = `${store}.${storeDomain}`;
  const pair = await authority.issue({
    name: `store-${store}`,
    commonName: hostName,
    alternatives: [`DNS:${hostName}`, `IP:${nodeAddress}`],
  });
  return { caFile: authority.certificate, certFile: pair.certificate, keyFile: pair.key };
};
