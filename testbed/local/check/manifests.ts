import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import * as z from 'zod';

/** A package.json of ours, as far as imports are concerned. */
export interface PackageManifest {
  /** Relative to the root; empty for the root itself. */
  readonly folder: string;
  readonly name: string;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

const dependencies = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({ name: z.string(), dependencies, devDependencies: dependencies });

/** Those among `paths` (relative to `root`), testdata left aside. */
export const readManifests = (root: string, paths: readonly string[]): Promise<readonly PackageManifest[]> =>
  Promise.all(
    paths
      .filter((path) => posix.basename(path) === 'package.json' && !path.includes('testdata/'))
      .map(async (path) => {
        const manifest = manifestSchema.parse(JSON.parse(await readFile(join(root, path), 'utf8')));
        const folder = posix.dirname(path);
        return {
          folder: folder === '.' ? '' : folder,
          name: manifest.name,
          dependencies: new Set(Object.keys(manifest.dependencies)),
          devDependencies: new Set(Object.keys(manifest.devDependencies)),
        };
      }),
  );
