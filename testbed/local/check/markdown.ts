/** The line at the head of every generated file. */
export const generatedNotice = (source: string): string =>
  `<!-- Generated from ${source} by ./dev check --write. Do not edit. -->`;

/** A table in GitHub's Markdown; cells may hold anything. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');

/** `text` in backticks; empty stays empty. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
