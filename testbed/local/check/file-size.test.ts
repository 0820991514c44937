import { expect, test } from 'vitest';
import { judgeLengths } from './file-size.ts';

test.each([
  ['agents/backup/run.ts', 400, 0, 1],
  ['agents/backup/run.ts', 401, 1, 0],
  ['agents/backup/run.ts', 250, 0, 0],
  ['agents/backup/main.ts', 40, 0, 0],
  ['agents/backup/main.ts', 41, 1, 0],
  ['agents/backup/run.test.ts', 2000, 0, 0],
])('%s of %i lines: %i too long, %i longish', (path, lines, tooLong, longish) => {
  const judged = judgeLengths([{ path, lines, codeLines: lines }]);
  expect([judged.tooLong.length, judged.longish.length]).toEqual([tooLong, longish]);
});

test('the operator stays small: its sources count, its tests do not', () => {
  const files = ['operator/plan/roll.ts', 'operator/plan/roll.test.ts', 'operator/operator.ts'];
  const judged = (codeLines: number) =>
    judgeLengths(files.map((path) => ({ path, lines: 100, codeLines }))).tooLong;
  expect(judged(2_000)).toEqual([]);
  expect(judged(2_001)).toEqual(['operator/: 4002 lines of source, at most 4000']);
});
