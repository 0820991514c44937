import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '../errors.ts';
import { runInside } from '../host/run-inside.ts';
import type { KubeLayout } from '../layout.ts';
import { containerdSocket } from '../parts/containerd.ts';
import type { KubePrograms } from '../programs.ts';
import { namesInArchive } from './archive-names.ts';
import { normalName } from './image-name.ts';

/** Imports an archive into the running node under the name that pods will ask for. */
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
  const names = await namesInArchive(path, signal);
  if (names.length === 0)
    throw new HowdahError(errorCatalogue.imageUnusable, `${archive} does not name its image`);
  const ctr = (...args: string[]) =>
    runInside(
      layout,
      [join(programs.node, 'ctr'), '-a', containerdSocket, '-n', 'k8s.io', 'images', ...args],
      signal,
      600_000,
    );
  await ctr('import', '--all-platforms', path);
  for (const name of names) {
    if (normalName(name) !== name) await ctr('tag', '--force', name, normalName(name));
  }
};
