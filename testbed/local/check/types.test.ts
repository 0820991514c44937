import { expect, test } from 'vitest';
import { typeErrorsIn } from './types.ts';

const folders = new Map([
  ['@howdah/backup', 'agents/backup'],
  ['@howdah/suite', 'agents/suite'],
]);

test('a fault that two packages see is told once, with its path from the root', () => {
  const output = [
    '> @howdah/backup@0.1.0 types',
    '> tsc --noEmit',
    '',
    "run.ts(1,15): error TS6196: 'Clock' is declared but never used.",
    'npm error code 1',
    '> @howdah/suite@0.1.0 types',
    "../backup/run.ts(1,15): error TS6196: 'Clock' is declared but never used.",
    "agents.ts(7,54): error TS2307: Cannot find module 'x'.",
  ].join('\n');
  expect(typeErrorsIn(output, folders)).toEqual([
    "agents/backup/run.ts(1,15): error TS6196: 'Clock' is declared but never used.",
    "agents/suite/agents.ts(7,54): error TS2307: Cannot find module 'x'.",
  ]);
});

test('output without a complaint gives none, so that the step shows it whole', () => {
  expect(typeErrorsIn('turbo: command not found', folders)).toEqual([]);
});
