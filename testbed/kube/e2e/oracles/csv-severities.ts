/** One field and what ends it: quoted, with doubled quotes inside, or bare. */
const field = /(?:"(?:[^"]|"")*"|[^",\n]*)(?<end>[,\n])/gy;
/** error_severity among csvlog's columns, from 1. */
const severityColumn = 12;

/**
 * Records by severity in csvlog text, read by RFC 4180's grammar and nothing of the agents'. For a server that does not
 * run; one that does has a CSV reader itself, see expect-exact-counts.ts.
 *
 * @throws an Error where the text is no CSV, or ends within a record.
 */
export const severitiesIn = (csvlog: string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  let column = 1;
  let readTo = 0;
  for (const match of csvlog.matchAll(field)) {
    const { end } = match.groups ?? {};
    readTo = match.index + match[0].length;
    if (column === severityColumn) {
      const severity = match[0].slice(0, -1);
      counts[severity] = (counts[severity] ?? 0) + 1;
    }
    column = end === '\n' ? 1 : column + 1;
  }
  if (readTo !== csvlog.length || column !== 1) throw new Error(`no csvlog from character ${readTo} on`);
  return counts;
};
