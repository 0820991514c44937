import type { ConfigDescription } from '@howdah/runtime/parse-config';

/** What describes each agent's file; loaded only by the command that needs it. */
export const configDescriptions = async (): Promise<readonly ConfigDescription<unknown>[]> => [
  { name: 'backup', schema: (await import('@howdah/backup/config')).schema },
  { name: 'exporter', schema: (await import('@howdah/exporter/config')).schema },
  { name: 'logship', schema: (await import('@howdah/logship/config')).schema },
  { name: 'audit-upload', schema: (await import('@howdah/audit-upload/config')).schema },
  { name: 'config-reload', schema: (await import('@howdah/config-reload/config')).schema },
];
