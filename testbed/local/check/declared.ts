import { type Arrow, isWorkshop } from './arrow.ts';
import type { PackageManifest } from './manifests.ts';

/**
 * Imports of packages that the importing package does not declare. npm hoists and links everything into
 * the root's node_modules, so such an import works here; in an image it does not.
 */
export const undeclaredArrows = (
  arrows: readonly Arrow[],
  manifests: readonly PackageManifest[],
): readonly string[] => {
  const nested = manifests.filter(({ folder }) => folder !== '');
  const tools = manifests.find(({ folder }) => folder === '')?.devDependencies ?? new Set();
  const ownerOf = (path: string) => nested.find(({ folder }) => path.startsWith(`${folder}/`));
  return arrows.flatMap(({ from, to }) => {
    const owner = ownerOf(from);
    const needed = to.startsWith('npm:') ? to.slice('npm:'.length) : ownerOf(to)?.name;
    if (owner === undefined || needed === undefined || needed === owner.name) return [];
    const declared =
      owner.dependencies.has(needed) ||
      // The root's tools and a package's devDependencies serve what is never shipped as it stands.
      (isBuilt(from) &&
        (owner.devDependencies.has(needed) || tools.has(needed) || needed === '@howdah/testing'));
    return declared
      ? []
      : [`${from} → ${needed}\n  declared: add it to the dependencies of ${owner.folder}/package.json`];
  });
};

/** Run only here, or bundled here into what ships: the console's page is one file that needs no package. */
const isBuilt = (path: string): boolean => isWorkshop(path) || path.startsWith('console/page/');
