import type { SourceFile } from '@howdah/status/config-reload';
import type { Problem } from './problem.ts';
import { shownValue } from './secret-names.ts';

/** One `name = value` of a mounted file, its value with quotes and escapes resolved. */
export interface FileSetting {
  readonly file: SourceFile;
  readonly line: number;
  /** As written; PostgreSQL compares names without regard to case. */
  readonly name: string;
  readonly value: string;
}

export interface ParsedConf {
  readonly settings: readonly FileSetting[];
  readonly problems: readonly Problem[];
}

// The patterns are those of PostgreSQL's src/backend/utils/misc/guc-file.l. Letters beyond ASCII count as
// letters there (\200-\377).
const letter = '[A-Za-z_\\u0080-\\uffff]';
const letterOrDigit = '[A-Za-z0-9_\\u0080-\\uffff]';
const id = `${letter}${letterOrDigit}*`;
const namePattern = new RegExp(`^(?:${id}\\.)?${id}`);
const stringPattern = /^'(?:[^'\\\n]|\\.|'')*'/;
/** Unquoted: a word, an integer with its unit, or a decimal fraction (which takes no unit). */
const barePattern = new RegExp(
  `^(?:${letter}(?:${letterOrDigit}|[-._:/])*|[-+]?[0-9]*\\.[0-9]*(?:[Ee][-+]?[0-9]+)?|[-+]?(?:0x[0-9a-fA-F]+|[0-9]+)[a-zA-Z]*)`,
);
/** `a.b` is a name to PostgreSQL's scanner, so as a value it needs quotes. */
const qualifiedNamePattern = new RegExp(`^${id}\\.${id}$`);
const includePattern = /^include(?:_if_exists|_dir)?$/i;

/**
 * Reads a postgresql.conf by PostgreSQL's own grammar. Every problem of the file at once, where PostgreSQL
 * would stop at the first. `include` is refused: what is applied is what was mounted and checked, whole.
 */
export const parseConf = (file: SourceFile, text: string): ParsedConf => {
  const settings: FileSetting[] = [];
  const problems: Problem[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const parsed = parseLine(content);
    if (parsed === undefined) continue;
    if ('message' in parsed) problems.push({ file, line, ...parsed });
    else settings.push({ file, line, ...parsed });
  }
  return { settings, problems };
};

type ParsedLine =
  | { readonly name: string; readonly value: string }
  | { readonly name?: string; readonly message: string };

/** Undefined for a line without a setting. */
const parseLine = (content: string): ParsedLine | undefined => {
  const start = skipBlanks(content);
  if (start === '' || start.startsWith('#')) return undefined;
  const name = namePattern.exec(start)?.[0];
  if (name === undefined)
    return { message: `a line begins with the name of a setting, not with ${shown(start)}` };
  if (includePattern.test(name))
    return { name, message: `${name} is not followed: put the settings into the mounted file itself` };

  let rest = skipBlanks(start.slice(name.length));
  if (rest.startsWith('=')) rest = skipBlanks(rest.slice(1));
  if (rest === '' || rest.startsWith('#')) return { name, message: 'has no value' };

  const quoted = stringPattern.exec(rest)?.[0];
  if (quoted === undefined && rest.startsWith("'")) return { name, message: 'its quote is not closed' };
  const token = quoted ?? barePattern.exec(rest)?.[0];
  if (token === undefined || token === '' || token === '.' || qualifiedNamePattern.test(token))
    return { name, message: `its value needs single quotes: ${shown(shownValue(name, rest))}` };

  const after = skipBlanks(rest.slice(token.length));
  if (after !== '' && !after.startsWith('#')) {
    const hint =
      quoted === undefined ? `; put the value in single quotes: '${shownValue(name, rest.trim())}'` : '';
    return { name, message: `something stands behind the value: ${shown(shownValue(name, after))}${hint}` };
  }
  return { name, value: quoted === undefined ? token : unquote(quoted) };
};

/** Blanks are space, tab and carriage return, so files from Windows are read as they are. */
const skipBlanks = (text: string): string => text.replace(/^[ \t\r]+/, '');

const shown = (text: string): string => JSON.stringify(text.trimEnd().slice(0, 40));

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** PostgreSQL's DeescapeQuotedString: `''`, backslash letters, and up to three octal digits. */
const unquote = (quoted: string): string =>
  quoted.slice(1, -1).replaceAll(/''|\\([0-7]{1,3}|.)/g, (whole, escaped: string | undefined) => {
    if (escaped === undefined) return whole === "''" ? "'" : whole;
    if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8) & 0xff);
    return escapes[escaped] ?? escaped;
  });

/** A value as it stands in a configuration file, in quotes. */
export const quoteConf = (value: string): string =>
  `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n').replaceAll('\r', '\\r')}'`;
