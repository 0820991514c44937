import * as z from 'zod';
import { auditUploadStatus } from './audit-upload.ts';
import { backupStatus } from './backup.ts';
import { agentCommon, instant } from './common.ts';
import { configReloadStatus } from './config-reload.ts';
import { exporterStatus } from './exporter.ts';
import { logshipStatus } from './logship.ts';

/** The runtime's part, and the agent's own (`detail`) once it has something to say. */
const agent = <Detail extends z.ZodType>(detail: Detail) => agentCommon.extend({ detail: detail.optional() });

/**
 * What `/status` says: all that console, CLI, operator and the other members know of the agents in one
 * process. Fields are only added; `version` changes only when a reader of the old form would be misled.
 */
export const status = z.object({
  version: z.literal(1),
  member: z.string(),
  /** Version of Howdah. */
  howdah: z.string(),
  startedAt: instant,
  now: instant,
  agents: z.object({
    backup: agent(backupStatus).optional(),
    exporter: agent(exporterStatus).optional(),
    logship: agent(logshipStatus).optional(),
    'audit-upload': agent(auditUploadStatus).optional(),
    'config-reload': agent(configReloadStatus).optional(),
  }),
});
export type Status = z.infer<typeof status>;
