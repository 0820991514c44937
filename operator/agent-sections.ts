import { schema as auditUpload } from '@howdah/audit-upload/config';
import { schema as backup } from '@howdah/backup/config';
import { schema as configReload } from '@howdah/config-reload/config';
import { schema as exporter } from '@howdah/exporter/config';
import { schema as logship } from '@howdah/logship/config';
import type * as z from 'zod';

/** Where each agent's own configuration stands in the spec, and what describes it. */
export const agentSections = {
  backup: { agent: 'backup', schema: backup },
  exporter: { agent: 'exporter', schema: exporter },
  logs: { agent: 'logship', schema: logship },
  audit: { agent: 'audit-upload', schema: auditUpload },
  configReload: { agent: 'config-reload', schema: configReload },
} as const satisfies Readonly<Record<string, { readonly agent: string; readonly schema: z.ZodType }>>;

export type AgentSection = keyof typeof agentSections;
export type AgentName = (typeof agentSections)[AgentSection]['agent'];
