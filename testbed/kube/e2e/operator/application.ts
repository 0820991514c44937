import { Client, type QueryResultRow } from 'pg';
import * as z from 'zod';
import type { InstalledOperator } from './operator.ts';

const secret = z.object({ data: z.object({ user: z.string(), password: z.string(), dbname: z.string() }) });

export interface ApplicationLogin {
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What the Secret of the application of `orders` says. */
export const applicationLogin = async (operator: InstalledOperator): Promise<ApplicationLogin> => {
  const found = await operator.kubectl(['get', 'secret', 'orders-user-app', '-o', 'json']);
  const { data } = secret.parse(JSON.parse(found));
  const text = (key: keyof typeof data) => Buffer.from(data[key], 'base64').toString();
  return { user: text('user'), password: text('password'), database: text('dbname') };
};

/** The one address by which a Service is reached, from this machine as from pods. */
export const serviceAddress = (operator: InstalledOperator, service: string): Promise<string> =>
  operator.kubectl(['get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}']);

/** One statement as the application, in a session of its own. */
export const asApplication = async <Row extends QueryResultRow>(
  operator: InstalledOperator,
  host: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> => {
  const client = new Client({
    ...{ host, ...(await applicationLogin(operator)) },
    ...{ connectionTimeoutMillis: 5_000, query_timeout: 60_000 },
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
};
