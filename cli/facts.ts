import { terminalColumns, wrap } from './wrap.ts';

export type Fact = readonly [name: string, text: string];

/** A name and what is to be said of it on each line, in two columns; empty texts are left out. */
export const renderFacts = (facts: readonly Fact[], columns = terminalColumns): readonly string[] => {
  const said = facts.filter(([, text]) => text !== '');
  const width = Math.max(...said.map(([name]) => name.length)) + 2;
  return said.flatMap(([name, text]) => wrap(text, ' '.repeat(width), name.padEnd(width), columns));
};
