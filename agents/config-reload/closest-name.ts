/** The known name that `name` was most likely meant to be; undefined when none is within a slip or two. */
export const closestName = (name: string, known: Iterable<string>): string | undefined => {
  const mostSlips = name.length < 6 ? 1 : 2;
  let best: { readonly candidate: string; readonly slips: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > mostSlips) continue;
    const slips = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (slips <= mostSlips && (best === undefined || slips < best.slips)) best = { candidate, slips };
  }
  return best?.candidate;
};

/** Levenshtein's distance, row by row. */
const editDistance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (const [i, character] of [...left].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= right.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (right[j - 1] === character ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};
