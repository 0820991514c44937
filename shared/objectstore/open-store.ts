import type { RepositoryStoreConfig, StoreConfig } from './config.ts';
import { defaultDeadlines, type StoreDeadlines } from './deadline.ts';
import type { ErasableStore, ObjectStore, SecretReader } from './store.ts';

/**
 * The adapter for the configured store. Its SDK is loaded only here: a suite without S3 does not pay for it.
 * Nothing is asked of the store yet, and secrets are read with the first call.
 */
export const openStore = async (
  config: StoreConfig,
  readSecret: SecretReader,
  deadlines: StoreDeadlines = defaultDeadlines,
): Promise<ObjectStore> => {
  if (config.web !== undefined)
    return (await import('./web-store.ts')).createWebStore(config.web, readSecret, deadlines);
  return openRepositoryStore(config, readSecret, deadlines);
};

/** The same for a store of pgBackRest’s repositories. */
export const openRepositoryStore = async (
  config: RepositoryStoreConfig,
  readSecret: SecretReader,
  deadlines: StoreDeadlines = defaultDeadlines,
): Promise<ErasableStore> => {
  if (config.s3 !== undefined)
    return (await import('./s3-store.ts')).createS3Store(config.s3, readSecret, deadlines);
  if (config.azure !== undefined)
    return (await import('./azure-store.ts')).createAzureStore(config.azure, readSecret, deadlines);
  if (config.gcs !== undefined)
    return (await import('./gcs-store.ts')).createGcsStore(config.gcs, readSecret, deadlines);
  if (config.volume !== undefined)
    return (await import('./volume-store.ts')).createVolumeStore(config.volume, deadlines);
  throw new TypeError('a store configuration names one store; its schema sees to that');
};
