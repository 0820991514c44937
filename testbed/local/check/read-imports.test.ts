import { expect, test } from 'vitest';
import { importsIn } from './read-imports.ts';

const value = (specifier: string) => [{ specifier, typeOnly: false }];
const type = (specifier: string) => [{ specifier, typeOnly: true }];

test.each([
  ['a value', `import { a } from './a.ts';`, value('./a.ts')],
  ['an effect', `import './a.ts';`, value('./a.ts')],
  ['a type', `import type { A } from './a.ts';`, type('./a.ts')],
  ['names that are all types', `import { type A, type B } from './a.ts';`, type('./a.ts')],
  ['a type beside a value', `import { type A, b } from './a.ts';`, value('./a.ts')],
  ['a re-export', `export { a } from './a.ts';`, value('./a.ts')],
  ['a re-export of everything', `export * from './a.ts';`, value('./a.ts')],
  ['a re-exported type', `export type { A } from './a.ts';`, type('./a.ts')],
  ['a late import', `const f = async () => (await import('./a.ts')).a;`, value('./a.ts')],
  ['a type named in place', `const a: import('./a.ts').A = 1;`, type('./a.ts')],
  ['the type of a module', `let a: typeof import('./a.ts') | undefined;`, type('./a.ts')],
  ['an import beside a using declaration', `import { a } from './a.ts'; { using b = a(); }`, value('./a.ts')],
  ['no import at all', `const a = 'import { b } from "./b.ts"';`, []],
])('sees %s', (_, source, expected) => {
  expect(importsIn('x.ts', source)).toEqual(expected);
});

test('reads pages written as TSX', () => {
  expect(importsIn('page.tsx', `import { h } from 'preact'; export const P = () => <p>hi</p>;`)).toEqual(
    value('preact'),
  );
});

test('says so when a file is not TypeScript', () => {
  expect(() => importsIn('x.ts', 'import {')).toThrow();
});
