import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Component } from '@howdah/testbed-bundle/components';
import type { Buildah } from './buildah.ts';
import { debianPackages } from './debian-packages.ts';
import { withMountedImage } from './mounted-image.ts';

/**
 * Writes what an image is made of as CycloneDX 1.6, read from the image itself: Debian's packages, the
 * libraries in the bundle, and what pip installed. Without a serial number and a time: the same image gives
 * the same file.
 */
export const writeSbom = async (buildah: Buildah, image: string, path: string): Promise<void> => {
  const components = await withMountedImage(buildah, image, async (root) => [
    ...debianPackages(await dpkgStatus(root), await distribution(root)),
    ...(await bundled(root)),
    ...(await fromPip(root)),
  ]);
  const [name = image, version = ''] = image.split(':');
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'container', name, version } },
    components,
  };
  await writeFile(path, `${JSON.stringify(sbom, undefined, 1)}\n`);
};

/** dpkg's own list, or the pieces of it that a distroless image keeps. */
const dpkgStatus = async (root: string): Promise<string> => {
  const whole = await readFile(join(root, 'var/lib/dpkg/status'), 'utf8').catch(() => undefined);
  if (whole !== undefined) return whole;
  const directory = join(root, 'var/lib/dpkg/status.d');
  const names = await readdir(directory);
  return (await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))).join('\n\n');
};

const distribution = async (root: string): Promise<string> => {
  const release = await readFile(join(root, 'usr/lib/os-release'), 'utf8');
  return `debian-${/^VERSION_CODENAME=(.*)$/m.exec(release)?.[1] ?? 'testing'}`;
};

const bundled = async (root: string): Promise<readonly Component[]> =>
  JSON.parse(await readFile(join(root, 'opt/howdah/components.json'), 'utf8').catch(() => '[]'));

/** Python packages that are not Debian's, by the folders that pip leaves (PEP 376). */
const fromPip = async (root: string): Promise<readonly Component[]> => {
  const library = join(root, 'usr/local/lib');
  const names = await readdir(library, { recursive: true }).catch(() => []);
  return names.flatMap((path) => {
    const [, name, version] = /\/([^/]+)-([^/-]+)\.dist-info$/.exec(path) ?? [];
    if (name === undefined || version === undefined) return [];
    return [{ type: 'library' as const, name, version, purl: `pkg:pypi/${name.toLowerCase()}@${version}` }];
  });
};
