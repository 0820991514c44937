import { expect, it } from 'vitest';
import { parseVersion, takesAnnotations, verifyProblem } from './version.ts';

it.each([
  ['pgBackRest 2.45\n', { major: 2, minor: 45, text: '2.45' }, true],
  ['pgBackRest 2.40\n', { major: 2, minor: 40, text: '2.40' }, false],
  ['pgBackRest 2.58.0dev\n', { major: 2, minor: 58, text: '2.58.0dev' }, true],
  ['pgBackRest 3.0.0', { major: 3, minor: 0, text: '3.0.0' }, true],
])('%j is known, with or without annotations', (text, version, annotations) => {
  expect(parseVersion(text)).toEqual(version);
  expect(takesAnnotations(version)).toBe(annotations);
});

it('takes nothing else for a version', () => {
  expect(parseVersion('bash: pgbackrest: command not found')).toBeUndefined();
});

it.each([
  ['2.38', 'has no verify'],
  ['2.46', 'block incremental'],
  ['2.39', undefined],
  ['2.45', undefined],
  ['2.47', undefined],
  ['3.1', undefined],
])('verify of %s is trusted, or why not', (text, problem) => {
  const version = parseVersion(`pgBackRest ${text}`);
  if (version === undefined) throw new Error('no version');
  if (problem === undefined) expect(verifyProblem(version)).toBeUndefined();
  else expect(verifyProblem(version)).toContain(problem);
});
