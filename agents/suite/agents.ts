import type { AgentSource } from '@howdah/runtime/agent-host';

/** The five. Each module is loaded only when its agent's file is in the configuration directory. */
export const agents: readonly AgentSource[] = [
  { name: 'backup', load: async () => (await import('@howdah/backup/agent')).agent },
  { name: 'exporter', load: async () => (await import('@howdah/exporter/agent')).agent },
  { name: 'logship', load: async () => (await import('@howdah/logship/agent')).agent },
  { name: 'audit-upload', load: async () => (await import('@howdah/audit-upload/agent')).agent },
  { name: 'config-reload', load: async () => (await import('@howdah/config-reload/agent')).agent },
];
