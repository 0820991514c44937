import { createAzureStore } from '@howdah/objectstore/azure-store';
import { azureConfig } from '@howdah/objectstore/config';
import { defaultDeadlines } from '@howdah/objectstore/deadline';
import type { ObjectStore } from '@howdah/objectstore/store';

/** Enough to reach one Azurite from another process. */
export interface AzureAddress {
  readonly endpoint: string;
  readonly container: string;
  readonly accountName: string;
  readonly accountKey: string;
  /** Absent without TLS. */
  readonly caFile?: string;
}

export const azureStore = (
  { accountKey, ...address }: AzureAddress,
  answerMs = 5_000,
): Promise<ObjectStore> =>
  createAzureStore(
    azureConfig.parse({
      endpoint: address.endpoint,
      container: address.container,
      accountName: address.accountName,
      caFile: address.caFile,
      accountKeyFile: '/key',
    }),
    async () => accountKey,
    { ...defaultDeadlines, answerMs },
  );
