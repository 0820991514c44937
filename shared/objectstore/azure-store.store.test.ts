import { startAzureServer } from '@howdah/testbed-stores/azurite';
import { createAzureStore } from './azure-store.ts';
import { azureConfig } from './config.ts';
import { defaultDeadlines } from './deadline.ts';
import { remoteStoreContract } from './store-contract.ts';

remoteStoreContract('Azurite by Azure Blob', async () => {
  const server = await startAzureServer();
  const base = {
    endpoint: server.endpoint,
    container: server.container,
    accountName: server.accountName,
    accountKeyFile: '/key',
    caFile: server.caFile,
  };
  const secrets = async () => server.accountKey;
  const open = (change: object, readSecret = secrets, deadlines = defaultDeadlines) =>
    createAzureStore(azureConfig.parse({ ...base, ...change }), readSecret, deadlines);
  return {
    canList: true,
    open: (deadlines) => open({}, secrets, deadlines),
    openWithWrongSecret: () => open({}, async () => Buffer.from('wrong').toString('base64')),
    openWithoutCa: () => open({ caFile: undefined }),
    openMissingContainer: () => open({ container: 'not-there' }),
    openAt: (url, deadlines) =>
      open({ endpoint: `${url}/devstoreaccount1`, caFile: undefined }, secrets, deadlines),
    stop: server.stop,
  };
});
