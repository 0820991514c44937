/** PostgreSQL's severities as it writes them, the gravest first. */
const order = ['PANIC', 'FATAL', 'ERROR', 'WARNING', 'LOG', 'NOTICE', 'INFO', 'DEBUG'];

const rank = (severity: string): number => {
  const index = order.findIndex((known) => severity.startsWith(known));
  return index === -1 ? order.length : index;
};

/** All severities that occur, the gravest first. */
export const severitiesOf = (counts: readonly Readonly<Record<string, number>>[]): readonly string[] =>
  [...new Set(counts.flatMap((record) => Object.keys(record)))].sort(
    (a, b) => rank(a) - rank(b) || a.localeCompare(b),
  );

/** Length of a bar, 0 to 1; logarithmic, so that one ERROR beside a million LOG is still seen. */
export const barLength = (value: number, largest: number): number =>
  value <= 0 || largest <= 0 ? 0 : Math.log1p(value) / Math.log1p(largest);
