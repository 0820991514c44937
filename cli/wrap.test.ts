import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrap } from './wrap.ts';

test('breaks between words and indents what follows', () => {
  expect(wrap('one two three four', '  ', '', 9)).toEqual(['one two', '  three', '  four']);
});

test('keeps a word that is too long whole', () => {
  expect(wrap('see 20260301-010000F_20260302-010000I now', '', '', 10)).toEqual([
    'see',
    '20260301-010000F_20260302-010000I',
    'now',
  ]);
});

test('loses no word, whatever the text', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.integer({ min: 16, max: 40 }), (text, columns) => {
      const lines = wrap(text.join(' '), '    ', '- ', columns);
      expect(lines.flatMap((line) => line.slice(line.startsWith('- ') ? 2 : 4).split(' '))).toEqual(text);
      expect(lines.every((line) => line.length <= columns)).toBe(true);
    }),
  );
});
