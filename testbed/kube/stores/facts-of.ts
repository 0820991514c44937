import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accountKey, accountName } from '@howdah/testbed-stores/azurite';
import { nodeAddress, storeDomain, storePorts } from '../addresses.ts';
import type { KubeLayout } from '../layout.ts';
import type { StoreName } from '../part-names.ts';
import { prometheusConfigFile } from './prometheus.ts';
import { buckets, s3Credentials } from './s3.ts';
import type { StoreFacts } from './store-facts.ts';
import { webUser } from './web.ts';

/** How each store of the running cluster is reached. */
export const storeFactsOf = async (layout: KubeLayout): Promise<StoreFacts> => {
  const ca = await readFile(join(layout.certificates, 'ca.crt'), 'utf8');
  const reached = (store: StoreName, scheme: string) => ({
    url: `${scheme}://${nodeAddress}:${storePorts[store]}`,
    hostName: `${store}.${storeDomain}`,
    address: nodeAddress,
    port: storePorts[store],
  });
  return {
    s3: {
      ...reached('s3', 'https'),
      ...s3Credentials,
      ca,
      region: 'us-east-1',
      buckets,
      directory: join(layout.stores, 's3/data'),
    },
    azurite: { ...reached('azurite', 'https'), ca, accountName, accountKey, containers: buckets },
    web: { ...reached('web', 'https'), ...webUser, ca, directory: join(layout.stores, 'web/files') },
    opensearch: reached('opensearch', 'http'),
    prometheus: { ...reached('prometheus', 'http'), configFile: prometheusConfigFile(layout) },
  };
};
