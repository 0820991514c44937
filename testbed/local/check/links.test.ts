import { expect, test } from 'vitest';
import { anchorsIn, linksIn } from './links.ts';

test('links and images into the project are seen, those to elsewhere are not', () => {
  const text = '[a](docs/a.md#why) ![b](b.png "title") [c](https://example.org) [d](#here)';
  expect(linksIn(text)).toEqual([
    { target: 'docs/a.md', anchor: 'why' },
    { target: 'b.png', anchor: '' },
    { target: '', anchor: 'here' },
  ]);
});

test('what looks like a link in code is none', () => {
  expect(linksIn('`a[0](b)`\n```sh\n[a](b)\n```\n')).toEqual([]);
});

test('a heading’s anchor is the one that GitHub makes', () => {
  expect([...anchorsIn('# One, two: `three_four`\n```sh\n# no heading\n```\n## HOWDAH_X\n')]).toEqual([
    'one-two-three_four',
    'howdah_x',
  ]);
});
