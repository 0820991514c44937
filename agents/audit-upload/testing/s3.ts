import { openStore } from '@howdah/objectstore/open-store';
import type { ObjectStore } from '@howdah/objectstore/store';
import type { S3Server } from '@howdah/testbed-stores/versitygw';

export const s3Store = (server: S3Server): Promise<ObjectStore> =>
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
