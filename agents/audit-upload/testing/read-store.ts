import { gunzipSync } from 'node:zlib';
import type { ObjectStore } from '@howdah/objectstore/store';

const never = new AbortController().signal;

export const readObject = async (store: ObjectStore, key: string): Promise<Buffer> => {
  const object = await store.get(key, never);
  if (object.outcome === 'absent') throw new Error(`${key} is not in the store`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.body) chunks.push(chunk);
  return Buffer.concat(chunks);
};

export const keysBelow = async (store: ObjectStore, prefix: string): Promise<readonly string[]> => {
  const keys: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(prefix, cursor, never);
    if (page.outcome === 'unsupported') throw new Error('this store cannot list');
    keys.push(...page.keys);
    cursor = page.next;
  } while (cursor !== undefined);
  return keys;
};

export interface StoredRecord {
  readonly id: string;
  readonly session_id?: string;
  readonly session_line_num?: number;
  readonly message?: string;
  readonly audit?: { readonly statement?: string };
  readonly audit_file_line?: string;
  readonly raw?: string;
}

/** All records of all segments below `prefix`, in the order of their segments' keys. */
export const storedRecords = async (store: ObjectStore, prefix: string): Promise<readonly StoredRecord[]> => {
  const records: StoredRecord[] = [];
  for (const key of await keysBelow(store, prefix)) {
    if (!key.endsWith('.jsonl.gz')) continue;
    const lines = gunzipSync(await readObject(store, key))
      .toString('utf8')
      .trimEnd()
      .split('\n');
    records.push(...lines.map((line) => JSON.parse(line) as StoredRecord));
  }
  return records;
};

/** `session_id/session_line_num`, as {@link ./log-writer.ts} finds them in the log. */
export const placesOf = (records: readonly StoredRecord[]): readonly string[] =>
  records.map((record) => `${record.session_id}/${record.session_line_num}`);
