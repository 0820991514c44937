import { startWebServer } from '@howdah/testbed-stores/web';
import { webConfig } from './config.ts';
import { defaultDeadlines } from './deadline.ts';
import { remoteStoreContract } from './store-contract.ts';
import { createWebStore } from './web-store.ts';

remoteStoreContract('nginx by PUT and GET', async () => {
  const server = await startWebServer();
  const base = {
    url: server.url,
    username: server.username,
    passwordFile: '/password',
    caFile: server.caFile,
  };
  const secrets = async () => server.password;
  const open = (change: object, readSecret = secrets, deadlines = defaultDeadlines) =>
    createWebStore(webConfig.parse({ ...base, ...change }), readSecret, deadlines);
  return {
    canList: false,
    open: (deadlines) => open({}, secrets, deadlines),
    openWithWrongSecret: () => open({}, async () => 'wrong'),
    openWithoutCa: () => open({ caFile: undefined }),
    openAt: (url, deadlines) => open({ url: `${url}/segments`, caFile: undefined }, secrets, deadlines),
    stop: server.stop,
  };
});
