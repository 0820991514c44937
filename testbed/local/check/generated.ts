import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { generateAll } from './generate.ts';
import type { Step } from './step.ts';

/** Regenerates every generated file in memory and compares it with what is committed. */
export const generated: Step = {
  name: 'generated',
  run: async (context) => {
    const { files, problems } = await generateAll(context);
    const differing: string[] = [];
    for (const { path, content } of files) {
      if ((await readIfThere(join(context.root, path))) === content) continue;
      differing.push(path);
      if (context.write) {
        await mkdir(dirname(join(context.root, path)), { recursive: true });
        await writeFile(join(context.root, path), content);
      }
    }
    const stale = context.write ? [] : differing.map((path) => `${path} is not what its source says`);
    if (problems.length + stale.length > 0) {
      const output = [...problems, ...stale].join('\n');
      return { ok: false, output, command: './dev check --write generated' };
    }
    return { ok: true, notes: context.write ? differing.map((path) => `wrote ${path}`) : [] };
  },
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
};
