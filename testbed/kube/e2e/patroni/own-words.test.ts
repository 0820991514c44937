import { expect, it } from 'vitest';
import { ownWords } from './own-words.ts';

it('gives the last lines of each container, and PostgreSQL’s records of none', () => {
  const records = Array.from(
    { length: 200 },
    (_, n) => `[pod/db-0/howdah] {"id":"${n}","log_file":"postgresql.csv"}`,
  );
  const many = Array.from({ length: 40 }, (_, n) => `[pod/db-0/postgres] line ${n}`);
  const said = ['[pod/db-0/howdah] {"level":"warn","msg":"backup failed"}', ...records, ...many].join('\n');
  expect(ownWords(said).split('\n')).toEqual([
    '[pod/db-0/howdah] {"level":"warn","msg":"backup failed"}',
    ...many.slice(-25),
  ]);
});
