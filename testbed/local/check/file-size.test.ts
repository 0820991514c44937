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
  const judged = judgeLengths([{ path, lines }]);
  expect([judged.tooLong.length, judged.longish.length]).toEqual([tooLong, longish]);
});
