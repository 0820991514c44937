import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultDeadlines, type StoreDeadlines } from './deadline.ts';
import { refusedUrl, refusingServer, silentServer, stallingServer } from './failing-server.ts';
import type { ErasableStore, ObjectStore } from './store.ts';

type MaybeErasable = ObjectStore & Partial<ErasableStore>;

/** One real store, in every state that the contract asks for. */
export interface ContractSubject {
  open(deadlines: StoreDeadlines): Promise<MaybeErasable>;
  /** A bucket, container or directory that is not there; absent where there is no such thing. */
  openMissingContainer?(): Promise<ObjectStore>;
  readonly canList: boolean;
  stop(): Promise<void>;
}

/** One that is a server. */
export interface RemoteSubject extends ContractSubject {
  /** The same server with a secret it does not know. */
  openWithWrongSecret(): Promise<ObjectStore>;
  /** The same server without its authority's certificate. */
  openWithoutCa(): Promise<ObjectStore>;
  /** The same kind of store at another URL, without TLS. */
  openAt(url: string, deadlines: StoreDeadlines): Promise<ObjectStore>;
}

const never = new AbortController().signal;
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const read = async (store: ObjectStore, key: string): Promise<Buffer | undefined> => {
  const found = await store.get(key, never);
  if (found.outcome === 'absent') return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of found.body) chunks.push(chunk);
  return Buffer.concat(chunks);
};

const putOptions = (bytes: Uint8Array, createOnly = true) => ({
  createOnly,
  sha256: sha256(bytes),
  contentType: 'application/gzip',
});

interface Begun<Subject> {
  readonly subject: Subject;
  /** Objects of one run never meet those of another. */
  readonly prefix: string;
}

/** What every store must do; run against a real one of each kind. */
export const storeContract = <Subject extends ContractSubject>(
  name: string,
  start: () => Promise<Subject>,
  more: (begun: () => Begun<Subject>) => void = () => undefined,
): void => {
  describe(`${name} as an object store`, () => {
    let subject: Subject;
    let store: MaybeErasable;
    let directory: string;
    /** Objects of one run never meet those of another. */
    const prefix = `contract-${randomBytes(4).toString('hex')}`;

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'howdah-contract-'));
      subject = await start();
      store = await subject.open(defaultDeadlines);
    }, 600_000);

    afterAll(async () => {
      store?.close();
      await subject?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it('gives back what was put, with its size', async () => {
      const bytes = randomBytes(10_000);
      const key = `${prefix}/round/trip.bin`;
      expect(await store.put(key, { bytes }, putOptions(bytes), never)).toEqual({ outcome: 'stored' });
      expect(await read(store, key)).toEqual(bytes);
      expect(await store.head(key, never)).toMatchObject({ outcome: 'found', sizeBytes: 10_000 });
    });

    it('takes a body from a file, and an empty one', async () => {
      const bytes = randomBytes(300_000);
      const path = join(directory, 'body');
      await writeFile(path, bytes);
      const body = { path, sizeBytes: bytes.length };
      await store.put(`${prefix}/file`, body, putOptions(bytes), never);
      expect(sha256((await read(store, `${prefix}/file`)) ?? Buffer.alloc(0))).toBe(sha256(bytes));
      const empty = Buffer.alloc(0);
      await store.put(`${prefix}/empty`, { bytes: empty }, putOptions(empty), never);
      expect(await read(store, `${prefix}/empty`)).toEqual(empty);
    });

    it('takes 12 MiB, which is more than one part', async () => {
      const bytes = randomBytes(12 * 1024 * 1024);
      const path = join(directory, 'large');
      await writeFile(path, bytes);
      const key = `${prefix}/large`;
      const body = { path, sizeBytes: bytes.length };
      expect(await store.put(key, body, putOptions(bytes), never)).toEqual({ outcome: 'stored' });
      expect(sha256((await read(store, key)) ?? Buffer.alloc(0))).toBe(sha256(bytes));
      expect(await store.put(key, body, putOptions(bytes), never)).toEqual({ outcome: 'exists' });
    });

    it('does not replace an object that was to be created, and replaces it when told', async () => {
      const key = `${prefix}/once`;
      const [first, second] = [Buffer.from('first'), Buffer.from('second')];
      await store.put(key, { bytes: first }, putOptions(first), never);
      expect(await store.put(key, { bytes: second }, putOptions(second), never)).toEqual({
        outcome: 'exists',
      });
      expect(await read(store, key)).toEqual(first);
      await store.put(key, { bytes: second }, putOptions(second, false), never);
      expect(await read(store, key)).toEqual(second);
    });

    it('tells an object that is not there as an outcome', async () => {
      expect(await store.get(`${prefix}/absent`, never)).toEqual({ outcome: 'absent' });
      expect(await store.head(`${prefix}/absent`, never)).toEqual({ outcome: 'absent' });
    });

    it.each([
      'with space',
      'plus+percent%25',
      'ümläut/日本',
      "quote'&=;,@$",
      'dots..and~tilde',
      'hash#question?',
    ])('takes the key %s', async (name) => {
      const bytes = Buffer.from(name);
      const key = `${prefix}/odd/${name}`;
      await store.put(key, { bytes }, putOptions(bytes), never);
      expect(await read(store, key)).toEqual(bytes);
    });

    it('lists by prefix page by page, or says that it cannot', async () => {
      const keys = ['a', 'b', 'c/d'].map((name) => `${prefix}/list/${name}`);
      for (const key of keys)
        await store.put(key, { bytes: Buffer.from(key) }, putOptions(Buffer.from(key)), never);
      const page = await store.list(`${prefix}/list/`, undefined, never);
      expect(page).toEqual(subject.canList ? { outcome: 'listed', keys } : { outcome: 'unsupported' });
      if (subject.canList)
        expect(await store.list(`${prefix}/nothing/`, undefined, never)).toEqual({
          outcome: 'listed',
          keys: [],
        });
    });

    it.each([100, 7 * 1024 * 1024])('stores no body of %i bytes whose digest is another', async (size) => {
      const key = `${prefix}/wrong-${size}`;
      const wrong = { ...putOptions(Buffer.from('other')) };
      await expect(store.put(key, { bytes: randomBytes(size) }, wrong, never)).rejects.toMatchObject({
        code: 'HOWDAH_STORE_DIGEST_MISMATCH',
      });
      expect(await store.head(key, never)).toEqual({ outcome: 'absent' });
    });

    it('names a bucket or container that is not there', async () => {
      if (subject.openMissingContainer === undefined) return;
      const lost = await subject.openMissingContainer();
      const bytes = Buffer.from('x');
      await expect(lost.put('a', { bytes }, putOptions(bytes), never)).rejects.toMatchObject({
        code: 'HOWDAH_STORE_CONTAINER_MISSING',
      });
      lost.close();
    });

    it('lets one of many who try at once create an object, where it can hold a journal', async () => {
      if (store.remove === undefined) return;
      const bodies = Array.from({ length: 8 }, (_, n) => Buffer.from(`by ${n}`));
      const puts = bodies.map((bytes) => store.put(`${prefix}/race`, { bytes }, putOptions(bytes), never));
      // A conflict may also be told as "busy", which is tried again elsewhere.
      const stored = (await Promise.allSettled(puts)).flatMap((end, n) =>
        end.status === 'fulfilled' && end.value.outcome === 'stored' ? [n] : [],
      );
      expect(stored).toHaveLength(1);
      expect(await read(store, `${prefix}/race`)).toEqual(bodies[stored[0] ?? 0]);
    });

    it('removes an object, and does not mind one that is not there', async () => {
      if (store.remove === undefined) return;
      const bytes = Buffer.from('going');
      await store.put(`${prefix}/gone`, { bytes }, putOptions(bytes), never);
      await store.remove(`${prefix}/gone`, never);
      expect(await store.head(`${prefix}/gone`, never)).toEqual({ outcome: 'absent' });
      await store.remove(`${prefix}/gone`, never);
    });

    it('stops at once when told to', async () => {
      const controller = new AbortController();
      const bytes = randomBytes(12 * 1024 * 1024);
      const putting = store.put(`${prefix}/stopped`, { bytes }, putOptions(bytes), controller.signal);
      controller.abort(new Error('stop now'));
      await expect(putting).rejects.toThrow('stop now');
      await expect(store.head(`${prefix}/stopped`, controller.signal)).rejects.toThrow('stop now');
    });

    more(() => ({ subject, prefix }));
  });
};

/** The same, and how a server of that kind fails. */
export const remoteStoreContract = (name: string, start: () => Promise<RemoteSubject>): void =>
  storeContract(name, start, (begun) => {
    it('names credentials that are refused', async () => {
      const stranger = await begun().subject.openWithWrongSecret();
      const bytes = Buffer.from('x');
      const refused = { code: expect.stringMatching(/^HOWDAH_STORE_(CREDENTIALS_REFUSED|FORBIDDEN)$/) };
      await expect(
        stranger.put(`${begun().prefix}/stranger`, { bytes }, putOptions(bytes, false), never),
      ).rejects.toMatchObject(refused);
      await expect(stranger.get(`${begun().prefix}/round/trip.bin`, never)).rejects.toMatchObject(refused);
      stranger.close();
    });

    it('names a certificate nobody vouches for', async () => {
      const untrusting = await begun().subject.openWithoutCa();
      await expect(untrusting.head(`${begun().prefix}/x`, never)).rejects.toMatchObject({
        code: 'HOWDAH_STORE_CERTIFICATE_UNTRUSTED',
      });
      untrusting.close();
    });

    describe('when the server fails', () => {
      const impatient: StoreDeadlines = { answerMs: 300, slowestBytesPerSecond: 1024 * 1024 };
      const bytes = Buffer.from('x');
      const at = async (url: string, ask: (store: ObjectStore) => Promise<unknown>) => {
        const there = await begun().subject.openAt(url, impatient);
        try {
          return await ask(there);
        } finally {
          there.close();
        }
      };

      it('says that nobody listens', async () => {
        const url = await refusedUrl();
        const unreachable = { code: 'HOWDAH_STORE_UNREACHABLE', kind: { retry: 'backoff' } };
        await expect(at(url, (s) => s.get('a', never))).rejects.toMatchObject(unreachable);
        await expect(at(url, (s) => s.put('a', { bytes }, putOptions(bytes), never))).rejects.toMatchObject(
          unreachable,
        );
      });

      it('gives a silent one up at the deadline', async () => {
        const server = await silentServer();
        const timeout = { code: 'HOWDAH_STORE_TIMEOUT', kind: { retry: 'backoff' } };
        await expect(at(server.url, (s) => s.head('a', never))).rejects.toMatchObject(timeout);
        await expect(
          at(server.url, (s) => s.put('a', { bytes }, putOptions(bytes, false), never)),
        ).rejects.toMatchObject(timeout);
        await server.stop();
      });

      it.each([
        ['silent', 'HOWDAH_STORE_TIMEOUT'],
        ['broken', 'HOWDAH_STORE_UNREACHABLE'],
      ] as const)(
        'does not take the half of an object from one that turns %s for the whole',
        async (how, code) => {
          const server = await stallingServer(how);
          await expect(at(server.url, (s) => read(s, 'a'))).rejects.toMatchObject({ code });
          await server.stop();
        },
      );

      it('knows one that is too busy', async () => {
        const server = await refusingServer(503);
        await expect(at(server.url, (s) => s.get('a', never))).rejects.toMatchObject({
          code: 'HOWDAH_STORE_BUSY',
        });
        await server.stop();
      });
    });
  });
