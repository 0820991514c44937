import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arrow } from './arrow.ts';
import { type PackageManifest, readManifests } from './manifests.ts';
import { importsIn } from './read-imports.ts';
import { resolveImport, type SourceTree } from './resolve-import.ts';

export interface Arrows {
  readonly arrows: readonly Arrow[];
  readonly manifests: readonly PackageManifest[];
  /** Imports that lead nowhere, one sentence each. */
  readonly broken: readonly string[];
}

/** Reads every source file among `paths` (all files of the project, relative to `root`) for what it imports. */
export const readArrows = async (root: string, paths: readonly string[]): Promise<Arrows> => {
  const manifests = await readManifests(root, paths);
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
