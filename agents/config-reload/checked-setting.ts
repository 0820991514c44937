import type { FileSetting } from './conf-file.ts';
import type { ServerSetting } from './server-settings.ts';

/** A setting of the mounted files, beside what the server says about it. */
export interface CheckedSetting extends FileSetting {
  /** Absent for a custom setting of an extension that is not loaded. */
  readonly known?: ServerSetting;
}
