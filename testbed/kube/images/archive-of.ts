import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { imagesDirectory } from '@howdah/testbed-images/directory';
import { archiveName } from '@howdah/testbed-images/recipes';
import { currentWorkspace } from '@howdah/testbed-tools/workspace';
import { errorCatalogue } from '../errors.ts';

/** The archive that people mean: a path, or the name of an image built in this clone, e.g. `howdah/agent:dev`. */
export const archiveOf = async (image: string): Promise<string> => {
  const { root: directory } = imagesDirectory(currentWorkspace());
  const found = [image, join(directory, archiveName(image))].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new HowdahError(
    errorCatalogue.imageUnusable,
    `there is neither a file ${image} nor an image of that name in ${directory}`,
  );
};
