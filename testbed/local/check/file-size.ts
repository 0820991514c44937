import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sourceFiles } from './source-files.ts';
import type { Step } from './step.ts';

/** A file holds one idea: from here on there is a seam to be found… */
const seamLines = 250;
/** …and here it must have been found. */
const maxLines = 400;
/** A main.ts loads, makes, runs; the rest belongs to a module that a test can reach. */
const maxMainLines = 40;

/** Folders that are to stay small, in lines of source without tests, comments and blank lines. */
const smallFolders: Readonly<Record<string, number>> = { 'operator/': 4_000 };

export interface FileLength {
  readonly path: string;
  readonly lines: number;
  /** Without comments and blank lines. */
  readonly codeLines: number;
}

/** What is too long, and what is on the way there. */
export const judgeLengths = (
  files: readonly FileLength[],
): { readonly tooLong: readonly string[]; readonly longish: readonly string[] } => {
  const tooLong: string[] = [];
  const longish: string[] = [];
  for (const { path, lines } of files) {
    if (path.endsWith('.test.ts')) continue;
    const limit = /^(agents\/[^/]+|cli|console|operator)\/main\.ts$/.test(path) ? maxMainLines : maxLines;
    if (lines > limit) tooLong.push(`${path}: ${lines} lines, at most ${limit}`);
    else if (lines > seamLines) longish.push(`${path}: ${lines} lines, look for a seam`);
  }
  for (const [folder, limit] of Object.entries(smallFolders)) {
    const sum = files
      .filter(({ path }) => path.startsWith(folder) && !/\.test\.ts$|\/testing\//.test(path))
      .reduce((lines, { codeLines }) => lines + codeLines, 0);
    if (sum > limit) tooLong.push(`${folder}: ${sum} lines of source, at most ${limit}`);
  }
  return { tooLong, longish };
};

export const fileSize: Step = {
  name: 'file-size',
  run: async (context) => {
    const paths = await sourceFiles(context, ['*.ts', '*.mjs', '*.js', '*.css']);
    const files = await Promise.all(
      paths.map(async (path) => {
        const text = await readFile(join(context.root, path), 'utf8');
        return { path, lines: countLines(text), codeLines: countCodeLines(text) };
      }),
    );
    const { tooLong, longish } = judgeLengths(files);
    if (tooLong.length === 0) return { ok: true, notes: longish };
    return {
      ok: false,
      output: [...tooLong, ...longish].join('\n'),
      command: 'split along its ideas: decide, do, drive (CONTRIBUTING.md)',
    };
  },
};

const countLines = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

const countCodeLines = (text: string): number =>
  text
    .replaceAll(/\/\*.*?\*\//gs, '')
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
