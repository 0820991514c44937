import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';

/** What clients saw in a stretch of time. */
export interface Stretch {
  readonly committed: number;
  /** Begun, and never acknowledged. */
  readonly failed: number;
  /** Times that no session was to be had. */
  readonly refused: number;
  /** The longest time in which none of them had a commit acknowledged. */
  readonly outageMs: number;
}

/** Clients that write numbers, each in a transaction of its own, which is never tried again. */
export interface WriteLoad extends AsyncDisposable {
  /** Numbers whose commit was acknowledged. */
  acknowledged(): readonly number[];
  /** What was seen since the last time it was asked. */
  stretch(): Stretch;
}

const clients = 4;
/** Between two transactions of a client, and before it tries to get in again. */
const pauseMs = 20;
const againMs = 100;
/** A client that waits longer than this has given up: an application's own patience. */
const patienceMs = 2_000;

export const writtenTable = 'CREATE TABLE written (number bigint PRIMARY KEY)';

export const startWriteLoad = (login: ClientConfig): WriteLoad => {
  const over = new AbortController();
  const acknowledged: number[] = [];
  let begun = 0;
  let counts = { committed: 0, failed: 0, refused: 0, outageMs: 0 };
  let lastMs = performance.now();
  const sinceLast = () => performance.now() - lastMs;

  const write = async (client: Client): Promise<void> => {
    begun += 1;
    const number = begun;
    await client.query('INSERT INTO written VALUES ($1)', [number]);
    acknowledged.push(number);
    counts.committed += 1;
    counts.outageMs = Math.max(counts.outageMs, sinceLast());
    lastMs = performance.now();
  };
  const work = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const client = new Client({
        ...{ ...login, connectionTimeoutMillis: patienceMs, query_timeout: patienceMs },
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch {
        counts.refused += 1;
        await delay(againMs);
        continue;
      }
      try {
        while (!over.signal.aborted) {
          await write(client);
          await delay(pauseMs);
        }
      } catch {
        counts.failed += 1;
        await delay(againMs);
      }
      // A server that is gone answers no goodbye.
      await Promise.race([client.end().catch(() => undefined), delay(patienceMs)]);
    }
  };
  const working = Promise.all(Array.from({ length: clients }, work));
  return {
    acknowledged: () => acknowledged,
    stretch: () => {
      const seen = { ...counts, outageMs: Math.round(Math.max(counts.outageMs, sinceLast())) };
      counts = { committed: 0, failed: 0, refused: 0, outageMs: 0 };
      lastMs = performance.now();
      return seen;
    },
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await working;
    },
  };
};
