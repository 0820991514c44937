import { expect, it } from 'vitest';
import { UnsetRetention } from './unset-retention.ts';

it('is told once for each repository, and again when it was set meanwhile', () => {
  const unset = new UnsetRetention();
  const look = (...set: readonly (boolean | undefined)[]) =>
    unset.after(
      set.map((retentionSet, n) => ({
        repo: n + 1,
        ...(retentionSet === undefined ? {} : { retentionSet }),
      })),
    );
  expect(look(false, true, undefined)).toEqual([1]);
  expect(look(false, false, undefined)).toEqual([2]);
  expect(look(true, false)).toEqual([]);
  expect(look(false, false)).toEqual([1]);
});
