import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where this clone keeps what it makes. */
export interface Workspace {
  /** The git checkout. */
  readonly clone: string;
  /** Tools and data that the database user must be able to read: the clone itself, or a place outside it. */
  readonly workRoot: string;
  /** True when `workRoot` is outside the clone, because the clone is closed to the database user. */
  readonly outside: boolean;
  /** Virtual environments, bundles and binaries. */
  readonly tools: string;
  /** The demo's data; `<clone>/.demo` is this or a link to it. */
  readonly demo: string;
}

/** Whether users other than its owner may pass through one directory. */
export interface Doorway {
  readonly path: string;
  readonly open: boolean;
}

/** `path` and all directories above it, the root last. */
export const ancestry = (path: string): readonly string[] => {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...ancestry(parent)];
};

/**
 * Where tools and data go. As root the database runs as another user, who must be able to walk to its
 * files: one closed directory on the way (root's home, typically) and they go below /var/tmp instead.
 */
export const decideWorkspace = (clone: string, asRoot: boolean, doorways: readonly Doorway[]): Workspace => {
  const outside = asRoot && doorways.some((doorway) => !doorway.open);
  if (!outside) {
    return { clone, workRoot: clone, outside, tools: join(clone, '.dev'), demo: join(clone, '.demo') };
  }
  const hash = createHash('sha256').update(clone).digest('hex').slice(0, 10);
  const workRoot = `/var/tmp/howdah-${hash}`;
  return { clone, workRoot, outside, tools: join(workRoot, 'tools'), demo: join(workRoot, 'demo') };
};

export const cloneDirectory = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The workspace of the clone that this file lies in. */
export const currentWorkspace = (): Workspace =>
  decideWorkspace(
    cloneDirectory,
    userInfo().uid === 0,
    ancestry(cloneDirectory).map((path) => ({ path, open: (statSync(path).mode & 0o001) !== 0 })),
  );
