import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { componentsOf } from './components.ts';
import { bundleOptions } from './options.ts';

/** Of each image: where its programs lie below `/opt/howdah`, without extension, and what they are made of. */
export const programs = {
  agent: {
    'suite/main': 'agents/suite/main.ts',
    'agents/audit-upload/main': 'agents/audit-upload/main.ts',
    'agents/backup/main': 'agents/backup/main.ts',
    'agents/config-reload/main': 'agents/config-reload/main.ts',
    'agents/exporter/main': 'agents/exporter/main.ts',
    'agents/logship/main': 'agents/logship/main.ts',
    'cli/main': 'cli/main.ts',
  },
  operator: { 'operator/main': 'operator/main.ts' },
} as const;
type Image = keyof typeof programs;

/** Where the image keeps Node; there is no env(1) to look for it. */
const node = '/usr/local/bin/node';

/**
 * Bundles every program of an image into `directory`, with what they share beside them, and `components.json`:
 * the libraries within.
 */
export const bundlePrograms = async (clone: string, image: Image, directory: string): Promise<void> => {
  const { outputFiles, metafile } = await build({
    ...bundleOptions,
    write: false,
    metafile: true,
    absWorkingDir: clone,
    // Below the clone, so that the paths in source maps are the same wherever it is built.
    outdir: join(clone, 'opt/howdah'),
    entryPoints: programs[image],
    chunkNames: 'shared/[hash]',
  });
  for (const file of outputFiles) {
    const path = join(directory, relative(join(clone, 'opt/howdah'), file.path));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, file.contents);
  }
  await writeFile(join(directory, 'package.json'), '{"type":"module"}\n');
  await writeFile(join(directory, 'components.json'), JSON.stringify(await componentsOf(clone, metafile)));
  if ('cli/main' in programs[image]) await makeCommand(join(directory, 'cli/main.mjs'));
};

/** What a person calls by its name. */
const makeCommand = async (command: string): Promise<void> => {
  const text = await readFile(command, 'utf8');
  await writeFile(command, text.replace(/^#!.*\n/, `#!${node}\n`));
  await chmod(command, 0o755);
};

if (import.meta.main) {
  const [image, directory] = process.argv.slice(2);
  if (directory === undefined || !(image === 'agent' || image === 'operator'))
    throw new Error('usage: node testbed/bundle/programs.ts agent|operator <directory>');
  await bundlePrograms(resolve(import.meta.dirname, '../..'), image, resolve(directory));
}
