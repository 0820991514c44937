import { expect, it } from 'vitest';
import { parseVersion, takesAnnotations } from './version.ts';

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
