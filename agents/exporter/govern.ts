import type { Reading, SampleGroup } from './model.ts';

export interface Governed {
  readonly groups: readonly SampleGroup[];
  readonly series: number;
  /** Series that are not served, here or already left in the server. */
  readonly dropped: number;
}

/**
 * Keeps whole rows, from the first, until the next would exceed `maxSeries`: half a row would make a table
 * look as if it had no index scans. The statements order their rows, so the same rows stay each time.
 */
export const govern = ({ groups, leftOut }: Reading, maxSeries: number): Governed => {
  let series = 0;
  let kept = 0;
  for (const group of groups) {
    if (series + group.length > maxSeries) break;
    series += group.length;
    kept += 1;
  }
  const dropped = groups.slice(kept).reduce((sum, group) => sum + group.length, leftOut);
  return { groups: groups.slice(0, kept), series, dropped };
};
