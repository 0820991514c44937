import { join } from 'node:path';
import { buildCache } from '@howdah/testbed-tools/build-cache';
import type { Workspace } from '@howdah/testbed-tools/workspace';

/** Where images and what they are built with are kept. */
export interface ImagesDirectory {
  /** Archives and what stands beside them. */
  readonly root: string;
  /** Roots of Debian's suites, as mmdebstrap made them. */
  readonly bases: string;
  /** buildah's own. */
  readonly storage: string;
  readonly logs: string;
}

export const imagesDirectory = (workspace: Workspace): ImagesDirectory => {
  const root = join(workspace.tools, 'images');
  return {
    root,
    bases: join(buildCache(), 'bases'),
    storage: join(root, 'storage'),
    logs: join(root, 'logs'),
  };
};
