import { dirname, join } from 'node:path';
import type { CheckedSetting } from './checked-setting.ts';
import { quoteConf } from './conf-file.ts';
import { markerName } from './server.ts';

export interface AppliedConf {
  readonly text: string;
  /** The setting that stands in each line of `text`, counted from 1. */
  readonly settingAt: ReadonlyMap<number, CheckedSetting>;
}

/**
 * The applied postgresql.conf.
 *
 * @param digest of the sources; the server shows it as `howdah.applied` once it runs with this file.
 * @param patroniConfigFile the server's config_file under Patroni, whose custom_conf this file is: it
 *   replaces the postgresql.base.conf beside it, which is therefore read from here.
 */
export const renderConf = (
  settings: readonly CheckedSetting[],
  digest: string,
  patroniConfigFile: string | undefined,
): AppliedConf => {
  const lines = [
    '# Written by Howdah from the mounted postgresql.conf and pgaudit.conf; changes here are lost.',
  ];
  if (patroniConfigFile !== undefined)
    lines.push(`include_if_exists ${quoteConf(join(dirname(patroniConfigFile), 'postgresql.base.conf'))}`);
  const settingAt = new Map<number, CheckedSetting>();
  for (const setting of settings) {
    lines.push(`${setting.name} = ${quoteConf(setting.value)}`);
    settingAt.set(lines.length, setting);
  }
  lines.push(`${markerName} = ${quoteConf(digest)}`);
  return { text: `${lines.join('\n')}\n`, settingAt };
};
