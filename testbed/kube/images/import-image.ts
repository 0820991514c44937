import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';
import { runInside } from '../host/run-inside.ts';
import type { KubeLayout } from '../layout.ts';
import { containerdSocket } from '../parts/containerd.ts';
import type { KubePrograms } from '../programs.ts';
import { imagesInArchive } from './archive-images.ts';
import { normalName } from './image-name.ts';

/** Imports an archive into the running node under the name that pods will ask for, unless exactly that is there. */
export const importImage = async (
  layout: KubeLayout,
  programs: KubePrograms,
  archive: string,
  signal: AbortSignal,
): Promise<void> => {
  const path = resolve(archive);
  await access(path).catch((cause) => {
    throw new HowdahError(errorCatalogue.imageUnusable, `${archive} cannot be read`, { cause });
  });
  const images = await imagesInArchive(path, signal);
  if (images.length === 0)
    throw new HowdahError(errorCatalogue.imageUnusable, `${archive} does not name its image`);
  const ctr = (...args: string[]) =>
    runInside(
      layout,
      [join(programs.node, 'ctr'), '-a', containerdSocket, '-n', 'k8s.io', 'images', ...args],
      signal,
      600_000,
    );
  // Each line begins with name, media type and digest.
  const there = (await ctr('list')).split('\n').map((line) => line.split(/\s+/, 3));
  const isThere = images.every(({ name, digest }) =>
    there.some(([known, , of]) => known === normalName(name) && of === digest),
  );
  if (isThere) return;
  await ctr('import', '--all-platforms', path);
  for (const { name } of images) {
    if (normalName(name) !== name) await ctr('tag', '--force', name, normalName(name));
  }
};
