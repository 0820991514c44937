import type { Statement } from '@howdah/postgres/statement';
import * as z from 'zod';
import type { RunStatement } from '../model.ts';
import type { CustomQuery } from './config.ts';

/** Labels first, then metrics, in the order of the configuration: `c0`, `c1`, …; NULL is null. */
export type CustomRow = Readonly<Record<string, string | null>>;

/** Longer label values are cut by the server. */
export const maxLabelCharacters = 256;

/** The largest float8 has 309 digits; of a numeric with a longer fraction the rest says nothing. */
const maxNumberCharacters = 400;

/**
 * The query as a subquery, so that the server hands over the named columns alone, cut, and one row more than
 * is served at most. The bound value makes `pg` use the extended protocol, which takes one statement: what
 * closes the parenthesis and goes on is refused as a whole. As text, because only that is exact for int8 and
 * numeric.
 */
export const customStatement = (query: CustomQuery): Statement<CustomRow> => {
  const columns = [
    ...query.labels.map((label) => [label, maxLabelCharacters] as const),
    ...query.metrics.map(({ column }) => [column, maxNumberCharacters] as const),
  ].map(([name, length], place) => `pg_catalog.left(q."${name}"::pg_catalog.text, ${length}) AS c${place}`);
  // The line feed ends a comment in the last line; a semicolon at the end is a habit, and no second statement.
  return {
    what: `custom query ${query.name}`,
    text: `SELECT ${columns.join(', ')} FROM (\n${query.sql.replace(/[\s;]+$/, '')}\n) AS q LIMIT $1`,
    values: [query.maxRows + 1],
    row: z.record(z.string(), z.string().nullable()),
  };
};

const beginSql: Statement<unknown> = {
  what: 'beginning a custom query',
  text: 'BEGIN TRANSACTION READ ONLY',
  row: z.unknown(),
};

/** It also takes the transaction's snapshot, after which nothing makes it READ WRITE again. */
const settingsSql = (timeoutMs: number): Statement<unknown> => ({
  what: 'beginning a custom query',
  text: `
    SELECT pg_catalog.set_config('statement_timeout', $1, true),
           pg_catalog.set_config('search_path', 'pg_catalog, public, pg_temp', true)`,
  values: [`${Math.max(1, Math.ceil(timeoutMs))}ms`],
  row: z.unknown(),
});

const rollbackSql: Statement<unknown> = {
  what: 'ending a custom query',
  text: 'ROLLBACK',
  row: z.unknown(),
};

/** What a query may take and no ROLLBACK gives back. */
const unlockSql: Statement<unknown> = {
  what: 'ending a custom query',
  text: 'SELECT pg_catalog.pg_advisory_unlock_all()',
  row: z.unknown(),
};

/** Runs the statement in a transaction that can write nothing, and leaves the session as it was. */
export const runReadOnly = async (
  run: RunStatement,
  statement: Statement<CustomRow>,
  timeoutMs: number,
): Promise<readonly CustomRow[]> => {
  const end = async () => {
    await run(rollbackSql);
    await run(unlockSql);
  };
  try {
    await run(beginSql);
    await run(settingsSql(timeoutMs));
    const rows = await run(statement);
    await end();
    return rows;
  } catch (error) {
    // Where this fails too, the session has ended, and the transaction with it.
    await end().catch(() => undefined);
    throw error;
  }
};
