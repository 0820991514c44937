import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const here = import.meta.dirname;

/** Where `npm run build` puts the page, and where the console looks for it. */
export const pageDirectory = join(here, 'dist');

/** Bundles the page's modules into one; the other files go as they are. */
export const buildPage = async (directory: string): Promise<void> => {
  await mkdir(directory, { recursive: true });
  await build({
    entryPoints: [join(here, 'page/page.tsx'), join(here, 'page/page.css')],
    outdir: directory,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome111', 'firefox115', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  await Promise.all(
    ['index.html', 'icon.svg'].map((name) => copyFile(join(here, 'page', name), join(directory, name))),
  );
};

if (import.meta.main) await buildPage(pageDirectory);
