import { parseGucNumber } from './guc-number.ts';

/** What `pg_settings` says about the values that a setting takes. */
export interface GucType {
  readonly vartype: 'bool' | 'enum' | 'integer' | 'real' | 'string';
  readonly unit: string | null;
  /** In the base unit, for numbers. */
  readonly min: string | null;
  readonly max: string | null;
  /** The documented words of an enum; the server knows a few more (`on` as `yes`), which it does not list. */
  readonly words: readonly string[] | null;
}

/** What is wrong with `text` as a value of this type, in words that say what would be right; else undefined. */
export const valueProblem = (type: GucType, text: string): string | undefined => {
  switch (type.vartype) {
    case 'bool':
      return parseBool(text) === undefined ? 'is neither on nor off' : undefined;
    case 'integer':
    case 'real': {
      const parsed = parseGucNumber(text, type.vartype, type.unit);
      if (!parsed.ok) return `is not ${parsed.expected}`;
      const { min, max, unit } = type;
      const outside =
        (min !== null && parsed.value < Number(min)) || (max !== null && parsed.value > Number(max));
      const bounds = `${min} to ${max}${unit === null ? '' : ` (in ${unit})`}`;
      return outside ? `is outside ${bounds}` : undefined;
    }
    // An enum's unlisted words make the server the judge: its verdict comes before the reload all the same.
    case 'enum':
    case 'string':
      return undefined;
  }
};

/** Whether two texts mean the same value of this type to the server. */
export const sameValue = (type: GucType, left: string, right: string): boolean => {
  if (left === right) return true;
  switch (type.vartype) {
    case 'bool':
      return parseBool(left) !== undefined && parseBool(left) === parseBool(right);
    case 'integer':
    case 'real': {
      const [a, b] = [left, right].map((text) =>
        parseGucNumber(text, type.vartype as 'integer' | 'real', type.unit),
      );
      return a?.ok === true && b?.ok === true && near(a.value, b.value, type.vartype);
    }
    case 'enum':
      return left.toLowerCase() === right.toLowerCase();
    case 'string':
      return false;
  }
};

/** pg_settings prints reals with %g: six digits. */
const near = (a: number, b: number, kind: 'integer' | 'real'): boolean =>
  kind === 'integer' ? a === b : Math.abs(a - b) <= 1e-5 * Math.max(Math.abs(a), Math.abs(b));

/** parse_bool of PostgreSQL: any unambiguous beginning of a word, in any case. */
export const parseBool = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  if (word === '') return undefined;
  if (word === '1' || word === 'on' || 'true'.startsWith(word) || 'yes'.startsWith(word)) return true;
  if (word === '0' || 'false'.startsWith(word) || 'no'.startsWith(word)) return false;
  return word.length >= 2 && 'off'.startsWith(word) ? false : undefined;
};
