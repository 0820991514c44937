import { HowdahError } from '@howdah/core/errors';
import { exporterErrors } from '../errors.ts';
import type { Family, Reading, Sample } from '../model.ts';
import type { CustomQuery } from './config.ts';
import { metricNameOf } from './names.ts';
import type { CustomRow } from './statement.ts';

/** What one database gave; without its name where the query names none. */
export interface Answer {
  readonly database?: string;
  /** One more than `maxRows` where there were more. */
  readonly rows: readonly CustomRow[];
}

/**
 * What is served of a custom query. What Prometheus would refuse with the whole scrape is refused here with
 * this query.
 *
 * @throws HowdahError that names the column, never a value
 */
export const readingOf = (query: CustomQuery, answers: readonly Answer[]): Reading => {
  const { name, labels, metrics, maxRows } = query;
  const families = familiesOf(query);
  const seen = new Set<string>();
  const groups = answers.flatMap(({ database, rows }) =>
    rows.slice(0, maxRows).map((row, index): readonly Sample[] => {
      const where = `row ${index + 1}${database === undefined ? '' : ` of ${database}`}`;
      const values = [
        ...(database === undefined ? [] : [database]),
        ...labels.map((_, place) => row[`c${place}`] ?? ''),
      ];
      const key = JSON.stringify(values);
      if (seen.has(key)) {
        throw refused(name, `${where} has the labels of another (${labels.join(', ') || 'it has none'})`);
      }
      seen.add(key);
      return families.flatMap((family, place) => {
        const text = row[`c${labels.length + place}`] ?? null;
        if (text === null) return [];
        const value = numberOf(text);
        if (value === undefined) {
          throw refused(name, `${where}, column ${metrics[place]?.column} is no number`);
        }
        return [{ family, labels: values, value }];
      });
    }),
  );
  // How many rows there were beyond would cost the server all of them; one each is known.
  const cut = answers.filter(({ rows }) => rows.length > maxRows).length;
  return { groups, leftOut: cut * metrics.length };
};

const refused = (name: string, problem: string): HowdahError =>
  new HowdahError(exporterErrors.customQueryRows, `custom query ${name}: ${problem}`);

const familiesOf = (query: CustomQuery): readonly Family[] =>
  query.metrics.map(({ column, type, help }) => ({
    name: metricNameOf(query, column),
    type,
    help: help ?? `Column ${column} of the custom query ${query.name}.`,
    labels: [...(query.databases === undefined ? [] : ['datname']), ...query.labels],
  }));

const decimal = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Numbers that PostgreSQL writes in words. */
const inWords: Readonly<Record<string, number>> = {
  true: 1,
  false: 0,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/**
 * PostgreSQL's text of a number or boolean. Of an int8 or a numeric the nearest double, which is what
 * Prometheus keeps of any digits; undefined where there is none.
 */
export const numberOf = (text: string): number | undefined => {
  const word = inWords[text];
  if (word !== undefined) return word;
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
};
