/** The upstream part of a Debian version: `1:2.45-1+b1` is `2.45`, `2.42.0+ds-5` is `2.42.0`. */
export const upstreamVersion = (debian: string): string =>
  debian.replace(/^\d+:/, '').replace(/[-+~].*$/, '');

/** Whether `found` is `wanted` or newer, compared number by number; `15.18` is at least `15`. */
export const isAtLeast = (found: string, wanted: string): boolean => {
  const numbers = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [a, b] = [numbers(found), numbers(wanted)];
  for (let index = 0; index < b.length; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
};
