/**
 * Numbers with units as PostgreSQL reads them (parse_int, parse_real and convert_to_base_unit in
 * src/backend/utils/misc/guc.c), so that `64MB` and `65536` (kB) are the same value.
 */

/** Bytes of each memory unit, microseconds of each time unit; the units' letters matter in case. */
const memoryBytes: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
  TB: 1024 ** 4,
};
const timeMicroseconds: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  min: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

export type NumberOutcome =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly expected: string };

/**
 * @param baseUnit `pg_settings.unit`: `8kB`, `kB`, `MB`, `ms`, `s`, `min` …; null for a bare number.
 * @returns the number in the base unit, fractions rounded for integers as the server rounds them.
 */
export const parseGucNumber = (
  text: string,
  kind: 'integer' | 'real',
  baseUnit: string | null,
): NumberOutcome => {
  const match =
    /^\s*([-+]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?))\s*([A-Za-z]*)\s*$/.exec(
      text,
    );
  const units = unitsOf(baseUnit);
  if (match === null) return { ok: false, expected: expectation(kind, units) };
  const [, digits = '', unit = ''] = match;
  let value = numberOf(digits, kind);
  if (unit !== '') {
    const factor = units?.all[unit];
    if (units === undefined || factor === undefined) return { ok: false, expected: expectation(kind, units) };
    value = toNextSmallerUnit(value * factor, factor, units) / units.base;
  }
  return Number.isFinite(value)
    ? { ok: true, value: kind === 'integer' ? roundHalfToEven(value) : value }
    : { ok: false, expected: expectation(kind, units) };
};

interface Units {
  readonly all: Readonly<Record<string, number>>;
  /** One base unit, in the smallest of `all`. */
  readonly base: number;
}

const unitsOf = (baseUnit: string | null): Units | undefined => {
  const match = /^([0-9]*)([A-Za-z]+)$/.exec(baseUnit ?? '');
  if (match === null) return undefined;
  const [, count, unit = ''] = match;
  for (const all of [memoryBytes, timeMicroseconds]) {
    const factor = all[unit];
    if (factor !== undefined) return { all, base: factor * Number(count || 1) };
  }
  return undefined;
};

/**
 * A fraction of a unit is first rounded to whole ones of the next smaller unit: `30.1GB` to whole MB, and
 * `0.001d` to whole hours, which is none.
 */
const toNextSmallerUnit = (amount: number, factor: number, { all }: Units): number => {
  const smaller = Object.values(all).filter((other) => other < factor);
  if (smaller.length === 0) return amount;
  const step = Math.max(...smaller);
  return roundHalfToEven(amount / step) * step;
};

/** strtol with base 0: `010` is eight to PostgreSQL's integers. */
const numberOf = (digits: string, kind: 'integer' | 'real'): number => {
  const negative = digits.startsWith('-');
  const bare = digits.replace(/^[-+]/, '');
  const octal = kind === 'integer' && /^0[0-7]+$/.test(bare);
  const value = octal ? Number.parseInt(bare, 8) : Number(bare);
  return negative ? -value : value;
};

/** C's rint. */
const roundHalfToEven = (value: number): number => {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
};

const expectation = (kind: 'integer' | 'real', units: Units | undefined): string => {
  const number = kind === 'integer' ? 'a whole number' : 'a number';
  return units === undefined
    ? `${number} without a unit`
    : `${number}, with a unit or none: ${Object.keys(units.all).join(', ')}`;
};
