import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { Client, DatabaseError } from 'pg';
import type { Patroni } from '../patroni/patroni.ts';
import type { Pod } from '../patroni/pods.ts';

/** Sessions that make PostgreSQL write some hundreds of log records a second. */
export interface LogLoad extends AsyncDisposable {
  /** How many statements PostgreSQL has answered: each left at least one record. */
  answered(): number;
  /** A mark for each audited statement that it has acknowledged, which its audit record carries. */
  marks(): readonly string[];
  /** @throws what a statement failed with, if not for a server that was going. */
  stop(): Promise<void>;
}

const sessions = 4;
/** With four sessions some 300 statements a second on two cores, most of whose time others need. */
const pauseMs = 8;

/** What its sessions do is logged whatever it takes, and audited where a replica can do it, too: DO is a FUNCTION. */
const makeRole = `
  CREATE ROLE load LOGIN PASSWORD 'load';
  ALTER ROLE load SET log_min_duration_statement = 0;
  ALTER ROLE load SET pgaudit.log = 'ddl, function';
  CREATE SCHEMA load AUTHORIZATION load;
  CREATE TABLE load.changing (changed text);
  ALTER TABLE load.changing OWNER TO load`;

/** Makes the role that the load works as, and waits until every member has it. */
export const prepareLoad = async (patroni: Patroni): Promise<void> => {
  await patroni.query(await patroni.primary(), makeRole);
  for (const pod of await patroni.pods()) {
    const isThere = async () =>
      (await patroni.query(pod, `SELECT FROM pg_tables WHERE tableowner = 'load'`)).length > 0;
    await waitFor(`the load's role in ${pod.name}`, isThere, { deadlineMs: 30_000, signal: patroni.signal });
  }
};

/**
 * Starts the load.
 *
 * @param target where it works; asked again whenever a session has ended.
 * @param writes also changes the schema, which a replica cannot.
 */
export const startLoad = (
  name: string,
  target: () => Promise<Pod>,
  { writes }: { readonly writes: boolean },
): LogLoad => {
  const over = new AbortController();
  const marks: string[] = [];
  let answered = 0;
  let begun = 0;
  let failure: unknown;

  const step = async (client: Client): Promise<void> => {
    begun += 1;
    const mark = `mark-${name}-${begun}`;
    const { sql, audited } = statementOf(begun, mark, writes);
    await client.query(sql).catch((error: unknown) => {
      if (!(error instanceof DatabaseError && error.code === divisionByZero)) throw error;
    });
    answered += 1;
    if (audited) marks.push(mark);
  };
  const work = async (): Promise<void> => {
    while (!over.signal.aborted && failure === undefined) {
      try {
        await using session = await openSession(await target());
        while (!over.signal.aborted) {
          await step(session.client);
          await delay(pauseMs);
        }
      } catch (error) {
        if (isFault(error)) failure = error;
        await delay(250);
      }
    }
  };
  const working = Promise.all(Array.from({ length: sessions }, work));
  const end = async () => {
    over.abort();
    await working;
  };
  return {
    answered: () => answered,
    marks: () => marks,
    stop: async () => {
      await end();
      if (failure !== undefined) throw failure;
    },
    [Symbol.asyncDispose]: end,
  };
};

const divisionByZero = '22012';

/** Records of several severities; quotes and line ends within, which csvlog quotes and does not escape. */
const statementOf = (
  number: number,
  mark: string,
  writes: boolean,
): { readonly sql: string; readonly audited: boolean } => {
  if (number % 25 === 0) return { sql: `SELECT 1 / 0 AS "by ""zero"""`, audited: false };
  if (number % 10 === 5)
    return {
      sql: `DO $$ BEGIN\n  RAISE WARNING 'the "elephant", ${mark},\nlooks around'; END $$`,
      audited: true,
    };
  if (writes && number % 10 === 0)
    return { sql: `ALTER TABLE load.changing\n ALTER changed SET DEFAULT '${mark}'`, audited: true };
  return { sql: `SELECT ${number} AS "a ""quoted"", name"\n-- and a line of its own`, audited: false };
};

const openSession = async ({ address }: Pod): Promise<AsyncDisposable & { readonly client: Client }> => {
  const client = new Client({
    ...{ host: address, user: 'load', database: 'postgres', password: 'load' },
    ...{ connectionTimeoutMillis: 3_000, query_timeout: 10_000 },
  });
  client.on('error', () => undefined);
  await client.connect();
  // A pod that is gone answers no goodbye.
  const end = () => Promise.race([client.end().catch(() => undefined), delay(2_000)]);
  return { client, [Symbol.asyncDispose]: end };
};

/** What a server says that has not gone: classes 08 and 57 are of one that goes, 25 of one that is no primary. */
const isFault = (error: unknown): boolean =>
  error instanceof DatabaseError && !/^(08|25|57)/.test(error.code ?? '');
