import { expect, it } from 'vitest';
import { authorities, authorityIn } from './authority.ts';

const certificate = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`;
const names = (text: string) => [...text.matchAll(/\n([a-z]+)\n/g)].map(([, name]) => name);

it('takes a blank authority for none', () => {
  expect(authorityIn({ 'ca.crt': ' \n' })).toBeUndefined();
  expect(authorityIn({ 'ca.crt': certificate('a') })).toBeDefined();
});

it('keeps the authority before a new one, and none that is older, however often it looks', () => {
  let bundle: string | undefined;
  const looks = ['a', 'a', 'b', 'b', 'c', 'c'].map((name) => {
    bundle = authorities(certificate(name), bundle);
    return bundle;
  });
  expect(looks.map(names)).toEqual([['a'], ['a'], ['b', 'a'], ['b', 'a'], ['c', 'b'], ['c', 'b']]);
});
