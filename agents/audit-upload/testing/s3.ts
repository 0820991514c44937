import { openStore } from '@howdah/objectstore/open-store';
import type { ObjectStore } from '@howdah/objectstore/store';

/** Enough to reach one versitygw. */
export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly caFile: string;
}

export const s3Store = (server: S3Address): Promise<ObjectStore> =>
  openStore(
    {
      s3: {
        endpoint: server.endpoint,
        region: server.region,
        bucket: server.bucket,
        pathStyle: true,
        accessKeyIdFile: '/id',
        secretAccessKeyFile: '/secret',
        caFile: server.caFile,
      },
    },
    async (path) => (path === '/id' ? server.accessKeyId : server.secretAccessKey),
  );
