import { chmod, copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { SuiteProgram } from './cluster/suite.ts';
import type { Workspace } from './workspace.ts';

/** What bundled CommonJS libraries (pg, pino, fastify) expect to find. */
const commonJsBanner = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

/**
 * Bundles one entry point into `outDir` as an image would carry it: start time and memory are those of
 * what is installed, not of a tree of TypeScript. Dynamic imports stay separate files, so an SDK is
 * loaded only where it is used.
 *
 * @returns the path of the module to start.
 */
export const bundle = async (entry: string, outDir: string): Promise<string> => {
  const fresh = `${outDir}.${process.pid}`;
  await build({
    entryPoints: [entry],
    outdir: fresh,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: true,
    sourcesContent: false,
    entryNames: 'main',
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.mjs' },
    banner: { js: commonJsBanner },
    external: ['pg-native', 'pino-pretty'],
    logLevel: 'error',
  });
  await rm(outDir, { recursive: true, force: true });
  await rename(fresh, outDir);
  return join(outDir, 'main.mjs');
};

/** Bundles the suite to where the database user can read it, beside a Node that the same user can start. */
export const bundleSuite = async (workspace: Workspace): Promise<SuiteProgram> => {
  await mkdir(join(workspace.tools, 'dist'), { recursive: true });
  const main = await bundle(
    join(workspace.clone, 'agents/suite/main.ts'),
    join(workspace.tools, 'dist/suite'),
  );
  return { node: await readableNode(workspace), main };
};

/** Our own Node, or a copy of it where the clone is closed to the database user. */
const readableNode = async (workspace: Workspace): Promise<string> => {
  if (!workspace.outside) return process.execPath;
  const copy = join(workspace.tools, `node-${process.version}`);
  const [there, here] = await Promise.all([stat(copy).catch(() => undefined), stat(process.execPath)]);
  if (there?.size === here.size) return copy;
  await copyFile(process.execPath, `${copy}.${process.pid}`);
  await chmod(`${copy}.${process.pid}`, 0o755);
  await rename(`${copy}.${process.pid}`, copy);
  return copy;
};
