import * as z from 'zod';
import type { Family, Sample, ServerFacts } from '../model.ts';

/** Column of the statement → type and help of its family; float8, null where the server has no value. */
export type ColumnFamilies = Readonly<Record<string, readonly [type: Family['type'], help: string]>>;

export type ColumnRow = Readonly<Record<string, string | number | null>>;

export interface Columns {
  readonly row: z.ZodType<ColumnRow>;
  /** How many series one row gives at most. */
  readonly width: number;
  samples(row: ColumnRow, facts: ServerFacts): readonly Sample[];
}

/**
 * The plain case: label columns name the series and each other column is the family `<prefix>_<column>`.
 * A null value gives no sample, because absent is not 0; a null label is empty. The label `server` is no
 * column: it is the server's address, as in postgres_exporter's older metrics.
 */
export const columns = (prefix: string, labels: readonly string[], families: ColumnFamilies): Columns => {
  const made = Object.entries(families).map(
    ([column, [type, help]]) => [column, { name: `${prefix}_${column}`, type, help, labels }] as const,
  );
  const text = z.string().nullable();
  const number = z.number().nullable();
  return {
    row: z.object(
      Object.fromEntries<typeof text | typeof number>([
        ...labels.filter((label) => label !== 'server').map((label) => [label, text] as const),
        ...made.map(([column]) => [column, number] as const),
      ]),
    ),
    width: made.length,
    samples: (row, facts) => {
      const values = labels.map((label) => (label === 'server' ? facts.address : String(row[label] ?? '')));
      return made.flatMap(([column, family]) => {
        const value = row[column];
        return typeof value === 'number' ? [{ family, labels: values, value }] : [];
      });
    },
  };
};
