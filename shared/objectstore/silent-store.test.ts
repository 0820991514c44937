import { expect, it, vi } from 'vitest';
import type { StoreConfig } from './config.ts';
import { stallingServer } from './failing-server.ts';
import { openStore } from './open-store.ts';

const configs: readonly [string, (url: string) => StoreConfig][] = [
  [
    'azure',
    (url) => ({ azure: { endpoint: `${url}/account`, container: 'segments', sasTokenFile: '/sas' } }),
  ],
  [
    's3',
    (endpoint) => ({
      s3: {
        ...{ endpoint, bucket: 'segments', region: 'us-east-1', pathStyle: true },
        ...{ accessKeyIdFile: '/id', secretAccessKeyFile: '/key' },
      },
    }),
  ],
  ['web', (url) => ({ web: { url } })],
];

// Two connections are all that an adapter has: left open, they would keep a store away that has come back.
it.each(configs)('%s: one that goes silent within an answer keeps no connection', async (_, configOf) => {
  const server = await stallingServer('silent');
  const deadlines = { answerMs: 200, slowestBytesPerSecond: 1024 };
  const store = await openStore(configOf(server.url), async () => 'secret', deadlines);
  try {
    const found = await store.get('a', new AbortController().signal);
    if (found.outcome !== 'found') throw new Error('it was there');
    const read = async () => {
      for await (const _ of found.body);
    };
    await expect(read()).rejects.toMatchObject({ code: 'HOWDAH_STORE_TIMEOUT' });
    await vi.waitFor(() => expect(server.connections()).toBe(0));
  } finally {
    store.close();
    await server.stop();
  }
});
