import { basename, dirname } from 'node:path';
import { schema } from '@howdah/audit-upload/config';
import { openStore } from '@howdah/objectstore/open-store';
import type { ObjectStore } from '@howdah/objectstore/store';
import { type LoadedConfig, loadConfig } from '@howdah/runtime/config';
import { configFileName } from '@howdah/runtime/parse-config';
import { readSecret } from '@howdah/runtime/secrets';
import type { Fleet } from '@howdah/status/fleet';
import type * as z from 'zod';
import type { Anchor, Anchors } from './audit-verify.ts';

export type AuditConfig = z.infer<typeof schema>;

/**
 * The store and prefix are those of the agent itself, from its own file.
 *
 * @param path of audit-upload.yaml, or of the directory that has it
 */
export const loadAuditConfig = (path: string): Promise<LoadedConfig<AuditConfig>> =>
  loadConfig(basename(path) === file ? dirname(path) : path, description);

const description = { name: 'audit-upload', schema } as const;
const file = configFileName(description.name);

export const openAuditStore = ({ store }: AuditConfig): Promise<ObjectStore> => openStore(store, readSecret);

/** How far each chain goes by the word of the agents that seal it, and whether it lies below `prefix`. */
export const anchorsOf = (fleet: Fleet, prefix: string): Anchors =>
  new Map(
    fleet.members.flatMap(({ agents }): [string, Anchor][] => {
      const detail = agents.answer?.agents['audit-upload']?.detail;
      if (detail?.chain.headHash === undefined) return [];
      const { id, head, headHash } = detail.chain;
      // Members may have a prefix each; the key of what was proven last tells whose chain this is.
      const here = detail.lastProven?.key.startsWith(`${prefix}/${id}/`) ?? false;
      return [[id, { sequence: head, sha256: headHash, here }]];
    }),
  );
