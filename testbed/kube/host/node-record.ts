import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as z from 'zod';

const identity = z.object({ pid: z.int().positive(), startTicks: z.number() });

/** What a node has taken of this machine outside of its own namespaces, so that any process can give it back. */
const nodeRecord = z.object({
  format: z.literal(1),
  /** unshare(1), which waits for the init process. */
  launcher: identity,
  /** The first process in the node's namespaces: with it ends everything inside. */
  init: identity.optional(),
  /** As addresses.ts names it. */
  hostInterface: z.string(),
  cgroup: z.string(),
});
export type NodeRecord = z.infer<typeof nodeRecord>;

/** Synchronous, so that no signal comes between taking something and writing it down. */
export const writeNodeRecord = (path: string, record: NodeRecord): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(record)}\n`);
  renameSync(`${path}.new`, path);
};

/** The record at `path`, or undefined when there is none. */
export const readNodeRecord = (path: string): NodeRecord | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  return nodeRecord.parse(JSON.parse(text));
};
