import type * as z from 'zod';

/**
 * One SQL statement and the shape of its rows. `pg` hands int8 and numeric over as text: cast to float8
 * what becomes a number (exact up to 2^53).
 */
export interface Statement<Row> {
  /** For messages, e.g. `reading pg_stat_archiver`. */
  readonly what: string;
  readonly text: string;
  readonly values?: readonly (string | number | boolean | null | readonly string[])[];
  readonly row: z.ZodType<Row>;
}
