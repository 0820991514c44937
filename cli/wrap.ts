/** What every terminal shows. */
export const terminalColumns = 80;

/**
 * Breaks `text` between words so that no line is longer than `columns`. The first line begins with `first`,
 * the others with `rest`. A word that is longer by itself stays whole: paths and labels are copied.
 */
export const wrap = (text: string, rest = '', first = '', columns = terminalColumns): readonly string[] => {
  const lines: string[] = [];
  let start = first;
  let words: string[] = [];
  const flush = () => {
    lines.push(`${start}${words.join(' ')}`);
    start = rest;
    words = [];
  };
  for (const word of text.split(' ')) {
    if (words.length > 0 && `${start}${[...words, word].join(' ')}`.length > columns) flush();
    words.push(word);
  }
  flush();
  return lines;
};
