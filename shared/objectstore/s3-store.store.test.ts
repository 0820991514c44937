import { startS3Server } from '@howdah/testbed-stores/versitygw';
import { s3Config } from './config.ts';
import { defaultDeadlines } from './deadline.ts';
import { createS3Store } from './s3-store.ts';
import { remoteStoreContract } from './store-contract.ts';

remoteStoreContract('versitygw by S3', async () => {
  const server = await startS3Server();
  const base = {
    endpoint: server.endpoint,
    region: server.region,
    bucket: server.bucket,
    accessKeyIdFile: '/id',
    secretAccessKeyFile: '/secret',
    caFile: server.caFile,
  };
  const secrets = async (path: string) => (path === '/id' ? server.accessKeyId : server.secretAccessKey);
  const open = (change: object, readSecret = secrets, deadlines = defaultDeadlines) =>
    createS3Store(s3Config.parse({ ...base, ...change }), readSecret, deadlines);
  return {
    canList: true,
    open: (deadlines) => open({}, secrets, deadlines),
    openWithWrongSecret: () => open({}, async (path) => (path === '/id' ? server.accessKeyId : 'wrong')),
    openWithoutCa: () => open({ caFile: undefined }),
    openMissingContainer: () => open({ bucket: 'not-there' }),
    openAt: (endpoint, deadlines) => open({ endpoint, caFile: undefined }, secrets, deadlines),
    stop: server.stop,
  };
});
