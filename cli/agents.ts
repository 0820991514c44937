import type { ConfigDescription } from '@howdah/runtime/config';

/** What describes each agent's file; loaded only by the command that needs it. */
export const configDescriptions = async (): Promise<readonly ConfigDescription<unknown>[]> => [
  { name: 'backup', schema: (await import('@howdah/backup/config')).schema },
  { name: 'exporter', schema: (await import('@howdah/exporter/config')).schema },
];
