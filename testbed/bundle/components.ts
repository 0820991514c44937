import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** One library of a bundle, as CycloneDX 1.6 calls it. */
export interface Component {
  readonly type: 'library';
  readonly name: string;
  readonly version: string;
  /** https://github.com/package-url/purl-spec */
  readonly purl: string;
  readonly licenses?: readonly [{ readonly license: { readonly name: string } }];
}

/** The folders of the npm packages that `inputs` come from, each once. */
export const packageFolders = (inputs: Iterable<string>): readonly string[] => {
  const folders = new Set<string>();
  for (const path of inputs) {
    const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].toSorted();
};

/**
 * What a bundle is made of beside our own code: only what is in it, which is far less than what is installed;
 * and the Node that runs it, which is the one that bundles it.
 */
export const componentsOf = async (clone: string, { inputs }: Metafile): Promise<readonly Component[]> => {
  const node: Component = {
    type: 'library',
    name: 'node',
    version: process.versions.node,
    purl: `pkg:generic/node@${process.versions.node}`,
  };
  const found = new Map<string, Component>();
  for (const folder of packageFolders(Object.keys(inputs))) {
    const { name, version, license } = JSON.parse(
      await readFile(join(clone, folder, 'package.json'), 'utf8'),
    ) as { name: string; version: string; license?: string };
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    found.set(purl, {
      type: 'library',
      name,
      version,
      purl,
      ...(license === undefined ? {} : { licenses: [{ license: { name: license } }] }),
    });
  }
  return [node, ...found.values()];
};
