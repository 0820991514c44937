import type { RepositoryStoreConfig, StoreConfig } from './config.ts';
import type { ObjectStore } from './store.ts';

/** What `location` of the store will say, without loading it. */
export const describeStore = (
  config: StoreConfig | RepositoryStoreConfig,
): Pick<ObjectStore, 'kind' | 'location'> => {
  if (config.s3 !== undefined)
    return { kind: 's3', location: `${config.s3.endpoint ?? 's3'}/${config.s3.bucket}` };
  if (config.azure !== undefined)
    return { kind: 'azure', location: `${config.azure.endpoint}/${config.azure.container}` };
  if ('gcs' in config && config.gcs !== undefined)
    return { kind: 'gcs', location: `${config.gcs.endpoint ?? 'gs:/'}/${config.gcs.bucket}` };
  if ('volume' in config && config.volume !== undefined)
    return { kind: 'volume', location: config.volume.directory };
  return { kind: 'web', location: ('web' in config ? config.web?.url : undefined) ?? '' };
};
