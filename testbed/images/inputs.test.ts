import { expect, it } from 'vitest';
import { withoutPassword } from './inputs.ts';

it.each([
  ['https://somebody:secret@git.example.org/howdah.git', 'https://git.example.org/howdah.git'],
  ['https://git.example.org/howdah.git', 'https://git.example.org/howdah.git'],
  ['ssh://git@git.example.org/howdah.git', 'ssh://git.example.org/howdah.git'],
  ['git@git.example.org:howdah.git', 'git@git.example.org:howdah.git'],
  ['/srv/howdah.git', '/srv/howdah.git'],
  ['', ''],
])('an image says that it comes of %s without a password: %s', (address, said) => {
  expect(withoutPassword(address)).toBe(said);
});
