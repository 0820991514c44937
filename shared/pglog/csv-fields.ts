const QUOTE = 0x22;
const COMMA = 0x2c;
const RETURN = 0x0d;
const NEWLINE = 0x0a;

/**
 * The fields of one line of PostgreSQL's CSV: undefined for nothing between two commas (NULL), a string,
 * quotes undone, for the rest. Undefined as a whole when the quoting is broken.
 *
 * @param text one record, with or without its newline
 * @param open a quoted field may end with the text: the record was cut there
 */
export const splitCsv = (text: string, open = false): (string | undefined)[] | undefined => {
  const fields: (string | undefined)[] = [];
  const end = endOfLine(text);
  let at = 0;
  for (;;) {
    if (text.charCodeAt(at) === QUOTE && at < end) {
      const close = closingQuote(text, at + 1, end);
      if (close === -1 && !open) return undefined;
      const stop = close === -1 ? end : close;
      const inner = text.slice(at + 1, stop);
      fields.push(inner.includes('"') ? inner.replaceAll('""', '"') : inner);
      at = stop + 1;
    } else {
      const comma = text.indexOf(',', at);
      const stop = comma === -1 || comma > end ? end : comma;
      const inner = text.slice(at, stop);
      if (inner.includes('"')) return undefined;
      fields.push(inner === '' ? undefined : inner);
      at = stop;
    }
    if (at >= end) return fields;
    if (text.charCodeAt(at) !== COMMA) return undefined;
    at += 1;
  }
};

/** Index of the quote that ends a field whose text begins at `from`; -1 when none does. */
const closingQuote = (text: string, from: number, end: number): number => {
  let at = from;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1 || at >= end) return -1;
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
    at += 2;
  }
};

/** Without the newline at the end, or the CRLF of a file that was brought over from Windows. */
const endOfLine = (text: string): number => {
  let end = text.length;
  if (text.charCodeAt(end - 1) === NEWLINE) end -= 1;
  if (text.charCodeAt(end - 1) === RETURN) end -= 1;
  return end;
};
