import * as z from 'zod';
import { type ConfigRow, configRows } from './config-rows.ts';

type Node = Readonly<Record<string, unknown>>;

/** Of each agent's file, what the chart fills in: nobody has to say it a second time. */
const knownToChart = ['logDirectory'];

/**
 * values.schema.json of a chart, from the zod schema of its values: the agents' own schemas are in it, so helm
 * tells what an agent would refuse before anything is applied.
 */
export const valuesSchema = (schema: z.ZodType): Node => {
  const whole = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
  return withoutUnfit(whole) as Node;
};

/**
 * Rows of the chart's own keys with the defaults of its values.yaml; what stands in an agent's file is told in
 * docs/reference.
 */
export const valuesRows = (schema: z.ZodType, defaults: unknown): readonly ConfigRow[] =>
  configRows(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
    .filter(({ key }) => !/^agents\.[^.]+\.|^global|^networkPolicy\..+\[\]/.test(key))
    .map((row) => {
      const fallback = at(defaults, row.key.split('.'));
      // Of a map with keys of its own, those tell.
      const shown = typeof fallback === 'object' && row.type === 'object' ? undefined : fallback;
      return {
        ...row,
        fallback: shown === undefined ? undefined : JSON.stringify(shown),
        required: isRequired(row.key),
      };
    });

/** The one key that nobody can know. */
const isRequired = (key: string): boolean => key === 'statefulSet.name';

const at = (value: unknown, path: readonly string[]): unknown => {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  return typeof value === 'object' && value !== null
    ? at((value as Readonly<Record<string, unknown>>)[first], rest)
    : undefined;
};

/** Helm reads patterns with Go's regexp, which has no look-around, and a schema with such a one not at all. */
const withoutUnfit = (node: unknown): unknown => {
  if (Array.isArray(node)) return node.map(withoutUnfit);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key, value]) => !(key === 'pattern' && typeof value === 'string' && value.includes('(?')))
      .map(([key, value]) =>
        key === 'required' && Array.isArray(value)
          ? [key, value.filter((name) => !knownToChart.includes(String(name)))]
          : [key, withoutUnfit(value)],
      ),
  );
};
