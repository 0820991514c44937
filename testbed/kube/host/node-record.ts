import { identity, readRecordFile, writeRecordFile } from '@howdah/testbed-tools/process/record-file';
import * as z from 'zod';

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

export const writeNodeRecord = (path: string, record: NodeRecord): void => writeRecordFile(path, record);

/** The record at `path`, or undefined when there is none. */
export const readNodeRecord = (path: string): NodeRecord | undefined => readRecordFile(path, nodeRecord);
