import { createHash } from 'node:crypto';
import type { ErasableStore, GetOutcome } from '@howdah/objectstore/store';
import type { JournalStore } from '../ports.ts';

/** An entry has less than a kilobyte. */
const longestBytes = 64 * 1024;

/** @param open is asked once, with the first call, and again after it failed: its SDK is loaded only then. */
export const objectJournalStore = (open: () => Promise<ErasableStore>): JournalStore & { close(): void } => {
  let opening: Promise<ErasableStore> | undefined;
  let opened: ErasableStore | undefined;
  const store = async (): Promise<ErasableStore> => {
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    opened = await opening;
    return opened;
  };
  const put = async (key: string, text: string, createOnly: boolean, signal: AbortSignal) => {
    const bytes = Buffer.from(text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const options = { createOnly, sha256, contentType: 'application/json' };
    return (await store()).put(key, { bytes }, options, signal);
  };
  return {
    list: async (prefix, signal) => {
      const keys: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await (await store()).list(prefix, cursor, signal);
        if (page.outcome === 'unsupported') throw new TypeError('repositories lie in stores that list');
        keys.push(...page.keys);
        cursor = page.next;
      } while (cursor !== undefined);
      return keys;
    },
    read: async (key, signal) => {
      const found = await (await store()).get(key, signal);
      return found.outcome === 'absent' ? undefined : textOf(found);
    },
    create: async (key, text, signal) => (await put(key, text, true, signal)).outcome === 'stored',
    replace: async (key, text, signal) => {
      await put(key, text, false, signal);
    },
    remove: async (key, signal) => (await store()).remove(key, signal),
    close: () => opened?.close(),
  };
};

/** What is longer is no entry: its beginning will not parse. */
const textOf = async ({ body }: Extract<GetOutcome, { readonly outcome: 'found' }>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > longestBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
};
