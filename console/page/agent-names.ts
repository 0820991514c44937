import type { AgentName } from '@howdah/status/common';

/** In the order of the status; said here again, because its module would bring the schemas into the page. */
export const agentNames = [
  'backup',
  'exporter',
  'logship',
  'audit-upload',
  'config-reload',
] as const satisfies readonly AgentName[];
