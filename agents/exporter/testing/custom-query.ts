import type * as z from 'zod';
import { schema } from '../config.ts';
import type { CustomQuery } from '../custom-queries/config.ts';

export type CustomQueryInput = NonNullable<z.input<typeof schema>['customQueries']>[number];

/** `orders_pending` of a query that says little; `more` over it, as in the file. */
export const customQuery = (more: Partial<CustomQueryInput> = {}): CustomQueryInput => ({
  name: 'orders',
  sql: 'SELECT 1 AS pending',
  metrics: [{ column: 'pending' }],
  ...more,
});

/** The same with its defaults. */
export const parsedQuery = (more: Partial<CustomQueryInput> = {}): CustomQuery => {
  const [query] = schema.parse({ customQueries: [customQuery(more)] }).customQueries;
  if (query === undefined) throw new Error('no query');
  return query;
};
