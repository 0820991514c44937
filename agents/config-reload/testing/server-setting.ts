import type { ServerSetting } from '../server-settings.ts';

/** A row of pg_settings with what a test says, and the commonest for the rest. */
export const serverSetting = (row: Partial<ServerSetting> & { readonly name: string }): ServerSetting => ({
  setting: '',
  shown: row.setting ?? '',
  context: 'sighup',
  source: 'default',
  sourceFile: null,
  pendingRestart: false,
  vartype: 'string',
  unit: null,
  min: null,
  max: null,
  words: null,
  ...row,
});
