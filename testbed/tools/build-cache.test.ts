import { expect, it } from 'vitest';
import { decideBuildCache } from './build-cache.ts';

const home = '/home/ada';

it('is root’s where every user may walk to, and anybody else’s own', () => {
  const environment = { XDG_CACHE_HOME: '/home/ada/caches' };
  expect(decideBuildCache({ environment, home: '/root', asRoot: true })).toBe('/var/cache/howdah');
  expect(decideBuildCache({ environment: {}, home, asRoot: false })).toBe('/home/ada/.cache/howdah');
  expect(decideBuildCache({ environment, home, asRoot: false })).toBe('/home/ada/caches/howdah');
});

it('is where HOWDAH_BUILD_CACHE says, whoever asks', () => {
  const environment = { HOWDAH_BUILD_CACHE: '/mnt/cache' };
  for (const asRoot of [true, false])
    expect(decideBuildCache({ environment, home, asRoot })).toBe('/mnt/cache');
});
