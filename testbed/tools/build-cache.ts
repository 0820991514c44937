import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/** What decides where the cache lies. */
export interface CachePlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly asRoot: boolean;
}

/**
 * What takes minutes to build and is the same for every clone: Go's caches and programs, Debian's bases. All of it is
 * kept under names that tell its version or the digest of its source, so that clones share it and a new one starts warm.
 * `HOWDAH_BUILD_CACHE` names another folder. Root's home is closed to other users, who run some of it.
 */
export const decideBuildCache = ({ environment, home, asRoot }: CachePlaces): string =>
  environment.HOWDAH_BUILD_CACHE ??
  (asRoot ? '/var/cache/howdah' : join(environment.XDG_CACHE_HOME ?? join(home, '.cache'), 'howdah'));

export const buildCache = (): string =>
  decideBuildCache({ environment: process.env, home: homedir(), asRoot: userInfo().uid === 0 });
