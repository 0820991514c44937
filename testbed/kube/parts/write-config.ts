import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeLayout } from '../layout.ts';

/** Writes one part's configuration, text as it is, anything else as YAML; gives its path. */
export const writeConfig = async (layout: KubeLayout, name: string, content: unknown): Promise<string> => {
  const path = join(layout.config, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, typeof content === 'string' ? content : stringify(content), { mode: 0o600 });
  return path;
};
