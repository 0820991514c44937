import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { sourceFiles } from './source-files.ts';
import type { Step } from './step.ts';

/** A link in a Markdown file to another file of the project. */
export interface Link {
  /** As written, without the anchor. */
  readonly target: string;
  /** What follows `#`; empty when there is none. */
  readonly anchor: string;
}

/** Links and images of `markdown` that lead into the project, outside of code. */
export const linksIn = (markdown: string): readonly Link[] => {
  const prose = withoutCode(markdown);
  return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, address = '']) => address)
    .filter((address) => !/^[a-z]+:/i.test(address))
    .map((address) => {
      const [target = '', anchor = ''] = address.split('#');
      return { target, anchor };
    });
};

/** The anchors that GitHub makes of the headings. */
export const anchorsIn = (markdown: string): ReadonlySet<string> =>
  new Set(
    [...withoutCode(markdown).matchAll(/^#{1,6}\s+(.+)$/gm)].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  );

const withoutCode = (markdown: string): string =>
  markdown.replaceAll(/^(```+|~~~+)[\s\S]*?^\1/gm, '').replaceAll(/(?<!!)`[^`\n]*`(?!\])/g, (code) =>
    // A heading may hold code: its words count, what looks like a link in it does not.
    code.replaceAll(/[`[\]()]/g, ''),
  );

export const links: Step = {
  name: 'links',
  run: async (context) => {
    const files = new Set(await sourceFiles(context, ['*']));
    const folders = new Set([...files].flatMap(foldersOf));
    const pages = [...files].filter((path) => path.endsWith('.md') && !path.includes('testdata/'));
    const texts = new Map(
      await Promise.all(
        pages.map(async (path) => [path, await readFile(join(context.root, path), 'utf8')] as const),
      ),
    );
    const broken: string[] = [];
    for (const [page, text] of texts) {
      for (const { target, anchor } of linksIn(text)) {
        const path = target === '' ? page : posix.join(posix.dirname(page), target).replace(/\/$/, '');
        const found = texts.get(path);
        if (!files.has(path) && !folders.has(path)) broken.push(`${page}: ${target} is not there`);
        else if (anchor !== '' && found !== undefined && !anchorsIn(found).has(anchor)) {
          broken.push(`${page}: ${path} has no heading #${anchor}`);
        }
      }
    }
    if (broken.length === 0) return { ok: true };
    return { ok: false, output: broken.join('\n'), command: './dev check links' };
  },
};

const foldersOf = (path: string): readonly string[] => {
  const folder = posix.dirname(path);
  return folder === '.' ? [] : [folder, ...foldersOf(folder)];
};
