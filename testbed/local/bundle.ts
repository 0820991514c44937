import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { bundleOptions } from '@howdah/testbed-bundle/options';
import type { Workspace } from '@howdah/testbed-tools/workspace';
import { build } from 'esbuild';
import type { SuiteProgram } from './cluster/suite.ts';

/**
 * Bundles one entry point below `directory` as an image would carry it: start time and memory are those
 * of what is installed, not of a tree of TypeScript. Dynamic imports stay separate files, so an SDK is
 * loaded only where it is used. The folder is named by the content: a process that runs from an earlier
 * bundle keeps its files.
 *
 * @returns the path of the module to start.
 */
export const bundle = async (entry: string, directory: string): Promise<string> => {
  const { outputFiles } = await build({
    ...bundleOptions,
    entryPoints: [entry],
    outdir: directory,
    write: false,
    entryNames: 'main',
    chunkNames: 'chunk-[hash]',
  });
  const digest = createHash('sha256');
  for (const file of outputFiles) digest.update(file.hash);
  const folder = join(directory, digest.digest('hex').slice(0, 12));
  const main = join(folder, 'main.mjs');
  if (existsSync(main)) return main;

  const fresh = `${folder}.${process.pid}`;
  await mkdir(fresh, { recursive: true });
  await Promise.all(outputFiles.map((file) => writeFile(join(fresh, basename(file.path)), file.contents)));
  await removeOlderThan(directory, 24 * 3_600_000);
  // Another process may have put the same bundle there in the meantime.
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return main;
};

/** Bundles of earlier days, from which nothing runs any more. */
const removeOlderThan = async (directory: string, ageMs: number): Promise<void> => {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > ageMs) await rm(path, { recursive: true, force: true });
  }
};

/** Bundles the suite to where the database user can read it, beside a Node that the same user can start. */
export const bundleSuite = async (workspace: Workspace): Promise<SuiteProgram> => {
  const main = await bundle(
    join(workspace.clone, 'agents/suite/main.ts'),
    join(workspace.tools, 'dist/suite'),
  );
  return { node: await readableNode(workspace), main };
};

/** Our own Node, or a copy of it where the clone is closed to the database user. */
const readableNode = async (workspace: Workspace): Promise<string> => {
  if (!workspace.outside) return process.execPath;
  await mkdir(workspace.tools, { recursive: true });
  const copy = join(workspace.tools, `node-${process.version}`);
  const [there, here] = await Promise.all([stat(copy).catch(() => undefined), stat(process.execPath)]);
  if (there?.size === here.size) return copy;
  await copyFile(process.execPath, `${copy}.${process.pid}`);
  await chmod(`${copy}.${process.pid}`, 0o755);
  await rename(`${copy}.${process.pid}`, copy);
  return copy;
};
