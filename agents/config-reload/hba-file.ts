import type { Problem } from './problem.ts';

/** One word of a line; in quotes, a keyword such as `all` is an ordinary name. */
export interface HbaToken {
  readonly text: string;
  readonly quoted: boolean;
}

const connectionTypes = ['local', 'host', 'hostssl', 'hostnossl', 'hostgssenc', 'hostnogssenc'] as const;
export type ConnectionType = (typeof connectionTypes)[number];

/** One rule of pg_hba.conf. */
export interface HbaRule {
  /** Where it begins, counted from 1. */
  readonly line: number;
  readonly type: ConnectionType;
  readonly databases: readonly HbaToken[];
  readonly users: readonly HbaToken[];
  /** `all`, `samehost`, `samenet`, an address with prefix length, or a host name; absent for `local`. */
  readonly address?: HbaToken;
  /** The mask, where it stands in a column of its own. */
  readonly mask?: string;
  readonly method: string;
  /** `name=value`, as written. */
  readonly options: readonly string[];
}

export interface ParsedHba {
  readonly rules: readonly HbaRule[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the rules of a pg_hba.conf by PostgreSQL's grammar (src/backend/libpq/hba.c), as far as the lock-out
 * test needs them; whether addresses, methods and options are right, PostgreSQL itself is asked.
 */
export const parseHba = (text: string): ParsedHba => {
  const rules: HbaRule[] = [];
  const problems: Problem[] = [];
  for (const { line, content } of logicalLines(text)) {
    const parsed = parseRule(line, fieldsOf(content));
    if (parsed === undefined) continue;
    if ('message' in parsed) problems.push({ file: 'pg_hba.conf', line, message: parsed.message });
    else rules.push(parsed);
  }
  return { rules, problems };
};

/** A backslash at the very end continues the line (PostgreSQL 14+). */
const logicalLines = (text: string): { readonly line: number; readonly content: string }[] => {
  const lines: { line: number; content: string }[] = [];
  let open: { line: number; content: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const content = raw.replace(/\r$/, '');
    const continued = content.endsWith('\\');
    const piece = continued ? content.slice(0, -1) : content;
    open = { line: open?.line ?? index + 1, content: (open?.content ?? '') + piece };
    if (continued) continue;
    lines.push(open);
    open = undefined;
  }
  if (open !== undefined) lines.push(open);
  return lines;
};

type Field = readonly HbaToken[];

/** Fields are set apart by blanks; a comma, with blanks behind it or not, makes a list of one field. */
const fieldsOf = (content: string): readonly Field[] => {
  const fields: HbaToken[][] = [];
  let position = 0;
  let listOpen = false;
  while (position < content.length) {
    const blank = /^[\s,]*/.exec(content.slice(position))?.[0] ?? '';
    position += blank.length;
    if (position >= content.length || content[position] === '#') break;
    const token = readToken(content, position);
    position = token.end;
    const last = fields.at(-1);
    if (listOpen && last !== undefined) last.push(token.read);
    else fields.push([token.read]);
    listOpen = content[position] === ',';
  }
  return fields;
};

/** Quotes may open and close inside a word; doubled, they stand for one. */
const readToken = (content: string, start: number): { readonly read: HbaToken; readonly end: number } => {
  let text = '';
  let inQuotes = false;
  let afterQuote = false;
  let end = start;
  for (; end < content.length; end += 1) {
    const character = content.charAt(end);
    if (!inQuotes && /[\s,#]/.test(character)) break;
    if (character !== '"' || afterQuote) text += character;
    afterQuote = inQuotes && character === '"' ? !afterQuote : false;
    if (character === '"') inQuotes = !inQuotes;
  }
  return { read: { text, quoted: content[start] === '"' }, end };
};

const parseRule = (
  line: number,
  fields: readonly Field[],
): HbaRule | { readonly message: string } | undefined => {
  const [typeField, databases, users, ...rest] = fields;
  const [typeToken] = typeField ?? [];
  if (typeToken === undefined) return undefined;
  if (/^include(_if_exists|_dir)?$/.test(typeToken.text))
    return { message: `${typeToken.text} is not followed: put the rules into the mounted file itself` };
  const type = connectionTypes.find((known) => known === typeToken.text);
  if (type === undefined)
    return {
      message: `a rule begins with ${connectionTypes.join(', ')}, not with ${JSON.stringify(typeToken.text)}`,
    };
  if (databases === undefined || users === undefined) return { message: 'ends before database and user' };
  if ([...databases, ...users].some(({ text, quoted }) => !quoted && text.startsWith('@')))
    return { message: 'a file of names (@) is not followed: put the names into the rule' };

  const address = type === 'local' ? undefined : rest.shift()?.[0];
  if (type !== 'local' && address === undefined) return { message: 'ends before the address' };
  const next = rest[0]?.[0]?.text;
  const mask =
    address !== undefined && next !== undefined && /^[0-9a-fA-F]*[.:][0-9a-fA-F.:]*$/.test(next)
      ? next
      : undefined;
  if (mask !== undefined) rest.shift();
  const method = rest.shift()?.[0]?.text;
  if (method === undefined) return { message: 'ends before the authentication method' };
  return {
    line,
    type,
    databases,
    users,
    ...(address === undefined ? {} : { address }),
    ...(mask === undefined ? {} : { mask }),
    method,
    options: rest.flat().map(({ text }) => text),
  };
};
