import type { CheckedSetting } from './checked-setting.ts';
import { parseGucNumber } from './guc-number.ts';
import type { Problem } from './problem.ts';
import type { ServerSetting } from './server-settings.ts';

/**
 * Rules across settings that the server looks at only when it starts, and then does not start: PostmasterMain
 * in src/backend/postmaster/postmaster.c. A reload accepts what breaks them without a word.
 */
export const startupProblems = (
  settings: readonly CheckedSetting[],
  known: ReadonlyMap<string, ServerSetting>,
): readonly Problem[] => {
  const desired = new Map(settings.map((setting) => [setting.name.toLowerCase(), setting]));
  const text = (name: string): string | undefined =>
    (desired.get(name)?.value ?? known.get(name)?.setting)?.toLowerCase();
  const number = (name: string): number => {
    const parsed = parseGucNumber(text(name) ?? '0', 'integer', known.get(name)?.unit ?? null);
    return parsed.ok ? parsed.value : 0;
  };
  const problems: Problem[] = [];
  /** Told at the line of the first of these names that the files set; of no concern when they set none. */
  const tell = (names: readonly string[], message: string) => {
    const place = names.map((name) => desired.get(name)).find((setting) => setting !== undefined);
    if (place !== undefined) problems.push({ file: place.file, line: place.line, name: place.name, message });
  };

  const reserved = number('superuser_reserved_connections') + number('reserved_connections');
  if (reserved >= number('max_connections'))
    tell(
      ['max_connections', 'superuser_reserved_connections', 'reserved_connections'],
      `leaves no connection: ${reserved} of ${number('max_connections')} are reserved, and the server would not start`,
    );
  if (text('wal_level') === 'minimal') {
    if (text('archive_mode') !== 'off')
      tell(
        ['wal_level', 'archive_mode'],
        'archive_mode needs wal_level replica or higher; the server would not start',
      );
    if (number('max_wal_senders') > 0)
      tell(
        ['wal_level', 'max_wal_senders'],
        'max_wal_senders above 0 needs wal_level replica or higher; the server would not start',
      );
    if (['on', 'true', 'yes', '1'].includes(text('summarize_wal') ?? 'off'))
      tell(
        ['wal_level', 'summarize_wal'],
        'summarize_wal needs wal_level replica or higher; the server would not start',
      );
  }
  return problems;
};
