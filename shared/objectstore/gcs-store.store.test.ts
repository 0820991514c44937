import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { startGcsDouble } from '@howdah/testbed-stores/gcs';
import { describe, expect, it, vi } from 'vitest';
import { gcsConfig } from './config.ts';
import { defaultDeadlines } from './deadline.ts';
import { stallingServer } from './failing-server.ts';
import { createGcsStore } from './gcs-store.ts';
import type { ErasableStore } from './store.ts';
import { remoteStoreContract } from './store-contract.ts';

const never = new AbortController().signal;

remoteStoreContract('a double of Google Cloud Storage', async () => {
  const server = await startGcsDouble();
  const base = { endpoint: server.endpoint, bucket: server.bucket, keyFile: '/key', caFile: server.caFile };
  const open = (change: object, key = server.key, deadlines = defaultDeadlines) =>
    createGcsStore(gcsConfig.parse({ ...base, ...change }), async () => key, deadlines);
  return {
    canList: true,
    open: (deadlines) => open({}, server.key, deadlines),
    openWithWrongSecret: () => open({}, server.wrongKey),
    openWithoutCa: () => open({ caFile: undefined }),
    openMissingContainer: () => open({ bucket: 'not-there' }),
    // Its tokens come from the double; only the store is at the other address.
    openAt: (endpoint, deadlines) => open({ endpoint }, server.key, deadlines),
    stop: server.stop,
  };
});

describe('Google Cloud Storage, by its double,', () => {
  const opened = async (change: { readonly key?: string; readonly endpoint?: string } = {}) => {
    const server = await startGcsDouble();
    const { bucket, caFile } = server;
    const config = gcsConfig.parse({
      endpoint: change.endpoint ?? server.endpoint,
      bucket,
      keyFile: '/key',
      caFile,
    });
    const deadlines = { ...defaultDeadlines, answerMs: 1_000 };
    const store = await createGcsStore(config, async () => change.key ?? server.key, deadlines);
    const dispose = async () => {
      store.close();
      await server.stop();
    };
    return { server, store, [Symbol.asyncDispose]: dispose };
  };
  const put = (store: ErasableStore, key: string) => {
    const bytes = Buffer.from(key);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return store.put(key, { bytes }, { createOnly: true, sha256, contentType: 'text/plain' }, never);
  };

  it('is asked for one token, which is kept', async () => {
    await using one = await opened();
    for (const name of ['a', 'b', 'c']) await put(one.store, name);
    expect(one.server.tokens()).toBe(1);
  });

  it('lists more than a page', async () => {
    await using one = await opened();
    const names = Array.from({ length: 201 }, (_, n) => `many/${String(n).padStart(3, '0')}`);
    for (const name of names) await put(one.store, name);
    const first = await one.store.list('many/', undefined, never);
    if (first.outcome !== 'listed') throw new Error('it lists');
    expect(first.keys).toEqual(names.slice(0, 200));
    expect(await one.store.list('many/', first.next, never)).toEqual({
      outcome: 'listed',
      keys: ['many/200'],
    });
  });

  it.each([
    ['no JSON', 'secret-words'],
    [
      'no key',
      JSON.stringify({ client_email: 'a@b', private_key: 'secret-words', token_uri: 'https://127.0.0.1:1/' }),
    ],
  ])('refuses a key file with %s in it, and tells none of it', async (_, key) => {
    await using one = await opened({ key });
    const error = await put(one.store, 'a').catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'HOWDAH_STORE_CREDENTIALS_REFUSED' });
    expect(inspect(error, { depth: 9 })).not.toContain('secret-words');
  });

  it('keeps no connection to one that goes silent within an answer', async () => {
    const silent = await stallingServer('silent');
    await using one = await opened({ endpoint: silent.url });
    const found = await one.store.get('a', never);
    if (found.outcome !== 'found') throw new Error('it was there');
    const read = async () => {
      for await (const _ of found.body);
    };
    await expect(read()).rejects.toMatchObject({ code: 'HOWDAH_STORE_TIMEOUT' });
    await vi.waitFor(() => expect(silent.connections()).toBe(0));
    await silent.stop();
  });
});
