import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { z } from 'zod';
import type { Arrow } from './arrow.ts';
import type { PackageManifest } from './declared.ts';
import { importsIn } from './read-imports.ts';
import { resolveImport, type SourceTree } from './resolve-import.ts';

export interface Arrows {
  readonly arrows: readonly Arrow[];
  readonly manifests: readonly PackageManifest[];
  /** Imports that lead nowhere, one sentence each. */
  readonly broken: readonly string[];
}

const dependencies = z.record(z.string(), z.string()).default({});
const manifestSchema = z.object({ name: z.string(), dependencies, devDependencies: dependencies });

/** Reads every source file among `paths` (all files of the project, relative to `root`) for what it imports. */
export const readArrows = async (root: string, paths: readonly string[]): Promise<Arrows> => {
  const manifests = await Promise.all(
    paths
      .filter((path) => posix.basename(path) === 'package.json' && !path.includes('testdata/'))
      .map((path) => readManifest(root, path)),
  );
  const tree: SourceTree = {
    files: new Set(paths),
    packages: new Map(manifests.map(({ name, folder }) => [name, folder])),
  };
  const arrows: Arrow[] = [];
  const broken: string[] = [];
  for (const from of paths.filter((path) => /\.tsx?$/.test(path) && !path.includes('testdata/'))) {
    for (const { specifier, typeOnly } of importsIn(from, await readFile(join(root, from), 'utf8'))) {
      const to = resolveImport(from, specifier, tree);
      if (to === undefined) broken.push(`${from} → ${specifier}\n  resolvable: there is no such module`);
      else arrows.push({ from, to, typeOnly });
    }
  }
  return { arrows, manifests, broken };
};

const readManifest = async (root: string, path: string): Promise<PackageManifest> => {
  const manifest = manifestSchema.parse(JSON.parse(await readFile(join(root, path), 'utf8')));
  const folder = posix.dirname(path);
  return {
    folder: folder === '.' ? '' : folder,
    name: manifest.name,
    dependencies: new Set(Object.keys(manifest.dependencies)),
    devDependencies: new Set(Object.keys(manifest.devDependencies)),
  };
};
