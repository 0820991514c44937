import * as z from 'zod';

/** A column is a label or a part of a metric's name; a label that begins with two underscores is Prometheus's own. */
const labelColumn = z
  .string()
  .max(63)
  .regex(/^_?[a-zA-Z][a-zA-Z0-9_]*$/, 'letters, digits and underscores, as `AS name` gives them');

const metricColumn = z
  .strictObject({
    column: z
      .string()
      .max(63)
      .regex(/^[a-zA-Z0-9_]+$/, 'letters, digits and underscores, as `AS name` gives them')
      .describe('Column with the value; the metric is `<name>_<column>`. NULL gives no series.'),
    type: z
      .enum(['gauge', 'counter'])
      .default('gauge')
      .describe('`counter` for what only grows until it is reset.'),
    help: z.string().max(500).optional().describe('What the metric says, for the people who find it.'),
  })
  .describe('A column whose values are served.');

const customQuery = z
  .strictObject({
    name: z
      .string()
      .max(63)
      .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'letters, digits and underscores, beginning with a letter')
      .describe('Begins the names of its metrics, as in postgres_exporter’s queries.yaml.'),
    sql: z
      .string()
      .max(16_384)
      .regex(/[^\s;]/, 'one statement')
      .describe('One SELECT, VALUES or WITH, read as a subquery in a transaction that is READ ONLY.'),
    labels: z
      .array(labelColumn)
      .max(16)
      .default([])
      .describe('Columns that tell the rows apart; each is a label, cut after 256 characters.'),
    metrics: z.array(metricColumn).min(1).max(32).describe('Columns with the values.'),
    role: z
      .enum(['any', 'primary', 'replica'])
      .default('any')
      .describe('Where it is asked: on every member, the primary or the replicas.'),
    databases: z
      .array(z.string().min(1).max(63))
      .min(1)
      .max(32)
      .optional()
      .describe(
        'Asked in each of these, over a second connection, and told apart by the label `datname`; absent, in postgres.database.',
      ),
    intervalSeconds: z
      .number()
      .min(1)
      .max(86_400)
      .optional()
      .describe('Asked no more often than this; absent, in every cycle.'),
    timeoutSeconds: z
      .number()
      .min(0.1)
      .max(60)
      .optional()
      .describe(
        'For all its databases together, at most statementTimeoutSeconds. Default 1, or statementTimeoutSeconds where that is less.',
      ),
    maxRows: z
      .int()
      .min(1)
      .max(10_000)
      .default(100)
      .describe('No more rows leave a database; that there were more is counted and told.'),
  })
  .describe('A query of yours.');
export type CustomQuery = z.infer<typeof customQuery>;

export const customQueriesConfig = z
  .array(customQuery)
  .max(64)
  .default([])
  .describe('Your own queries, each with metrics of its own.');

const defaultTimeoutSeconds = 1;

export const timeoutSecondsOf = (query: CustomQuery, statementTimeoutSeconds: number): number =>
  query.timeoutSeconds ?? Math.min(defaultTimeoutSeconds, statementTimeoutSeconds);
