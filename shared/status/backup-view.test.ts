import { expect, test } from 'vitest';
import type { BackupEntry } from './backup.ts';
import { dependentsOf, referencesOf } from './backup-view.ts';

const entry = (label: string, type: BackupEntry['type'], prior?: string, more: Partial<BackupEntry> = {}) =>
  ({ label, type, repo: 1, ...(prior === undefined ? {} : { prior }), ...more }) as BackupEntry;

const all = [
  entry('F', 'full'),
  entry('D', 'diff', 'F'),
  entry('I1', 'incr', 'D'),
  entry('I2', 'incr', 'I1', { references: ['F', 'I1'] }),
  entry('F', 'full', undefined, { repo: 2 }),
  entry('X', 'incr', 'gone'),
  entry('old', 'diff'),
];
const of = (label: string) => all.find((backup) => backup.label === label) ?? entry('none', 'full');

test.each([
  ['F', []],
  ['D', ['F']],
  ['I1', ['F', 'D']],
  // pgBackRest says that nothing of D is in use any more.
  ['I2', ['F', 'I1']],
  ['X', undefined],
  ['old', undefined],
])('a restore of %s needs %j', (label, expected) => {
  expect(referencesOf(of(label), all)).toEqual(expected);
});

test.each([
  ['F', ['D', 'I1', 'I2']],
  ['D', ['I1', 'I2']],
  ['I2', []],
])('with %s go %j, in its own repository', (label, expected) => {
  expect(dependentsOf(of(label), all).map((backup) => backup.label)).toEqual(expected);
});
