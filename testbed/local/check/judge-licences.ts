import * as z from 'zod';

/** The part of package-lock.json (format 3) that is read. */
export const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      link: z.boolean().optional(),
      resolved: z.string().optional(),
      license: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).default({}),
      optionalDependencies: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

/** One entry of package-lock.json (format 3), by its path. */
export type Lock = z.infer<typeof lockSchema>['packages'];

/** Licences that an Apache-2.0 work may carry in its images with no more than a notice. */
const permissive: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** Fine for tools that are run and never shipped. */
const toolsOnly: ReadonlySet<string> = new Set(['MPL-2.0', 'CC-BY-4.0', 'CC0-1.0']);

/** Packages of the workshop: what only they need is in no image. */
const workshopFolders = /^(testbed\/|bench$|shared\/testing$)/;

/** Packages whose manifest names no SPDX licence, and what their licence file says. */
const readByHand: ReadonlyMap<string, string> = new Map([
  // Its LICENSE.txt: public domain, or MIT where that does not exist.
  ['node_modules/uri-templates', 'MIT'],
  // Of s3rver, which only tests start: `licenses` of before SPDX in their package.json, or their Readme.md.
  ['node_modules/busboy', 'MIT'],
  ['node_modules/dicer', 'MIT'],
  ['node_modules/humanize-number', 'MIT'],
  ['node_modules/only', 'MIT'],
  ['node_modules/streamsearch', 'MIT'],
]);

export interface LicenceVerdict {
  readonly problems: readonly string[];
  /** How many packages ship in images, and how many serve only the workshop. */
  readonly shipped: number;
  readonly others: number;
}

/** Judges every package of the lock file; what ships is judged more strictly. */
export const judgeLicences = (lock: Lock): LicenceVerdict => {
  const shipped = shippedPackages(lock);
  const problems: string[] = [];
  let others = 0;
  for (const [path, { license, link }] of Object.entries(lock)) {
    if (!path.includes('node_modules/') || link === true) continue;
    const ships = shipped.has(path);
    if (!ships) others += 1;
    const found = license ?? readByHand.get(path) ?? 'none';
    if (!allows(readByHand.get(path) ?? found, ships)) {
      problems.push(`${path}: ${found}, ${ships ? 'and it ships' : 'even for a tool'}`);
    }
  }
  return { problems, shipped: shipped.size, others };
};

/** Whether an SPDX expression can be kept to: each part of an AND, one part of an OR. */
export const allows = (expression: string, ships: boolean): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(/\s+AND\s+/)
    .every((part) =>
      part.split(/\s+OR\s+/).some((name) => permissive.has(name) || (!ships && toolsOnly.has(name))),
    );

/** Paths of all packages that some shipped package of ours needs at run time. */
const shippedPackages = (lock: Lock): ReadonlySet<string> => {
  const reached = new Set<string>();
  const seen = new Set<string>();
  const queue = Object.keys(lock).filter(
    (path) => path !== '' && !path.includes('node_modules/') && !workshopFolders.test(path),
  );
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    if (path.includes('node_modules/')) reached.add(path);
    const entry = lock[path];
    for (const name of Object.keys({ ...entry?.dependencies, ...entry?.optionalDependencies })) {
      const needed = locate(lock, path, name);
      if (needed !== undefined && !workshopFolders.test(needed)) queue.push(needed);
    }
  }
  return reached;
};

/** The entry that Node would load for `name` from the package at `path`; undefined where none is installed. */
const locate = (lock: Lock, path: string, name: string): string | undefined => {
  for (let folder = path; ; folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '') {
    const candidate = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const entry = lock[candidate];
    if (entry?.link === true) return entry.resolved;
    if (entry !== undefined) return candidate;
    if (folder === '') return undefined;
  }
};
