import { isBuiltin } from 'node:module';
import { posix } from 'node:path';

/** What imports can lead to inside the project. */
export interface SourceTree {
  /** Every file, relative to the root. */
  readonly files: ReadonlySet<string>;
  /** Name of each package of ours, and its folder. */
  readonly packages: ReadonlyMap<string, string>;
}

/**
 * Where an import leads, as one string that rules can be written against: a path relative to the root
 * (`shared/core/errors.ts`), `npm:pg`, or `node:fs`. Undefined when there is no such file.
 */
export const resolveImport = (from: string, specifier: string, tree: SourceTree): string | undefined => {
  if (specifier.startsWith('.')) {
    return existing(posix.join(posix.dirname(from), specifier), tree);
  }
  if (isBuiltin(specifier)) return `node:${specifier.replace(/^node:/, '')}`;
  const [name, subpath] = splitSpecifier(specifier);
  const folder = tree.packages.get(name);
  if (folder === undefined) return `npm:${name}`;
  // Every package of ours exports its modules one by one: "./*": "./*.ts".
  return subpath === '' ? undefined : existing(`${folder}/${subpath}.ts`, tree);
};

const existing = (path: string, { files }: SourceTree): string | undefined =>
  files.has(path) ? path : undefined;

/** `@scope/name/sub/path` → [`@scope/name`, `sub/path`] */
const splitSpecifier = (specifier: string): readonly [name: string, subpath: string] => {
  const parts = specifier.split('/');
  const nameParts = specifier.startsWith('@') ? 2 : 1;
  return [parts.slice(0, nameParts).join('/'), parts.slice(nameParts).join('/')];
};
