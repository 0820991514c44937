import type { ConfigReloadStatus } from '@howdah/status/config-reload';
import type { CheckedSetting } from './checked-setting.ts';
import type { Comparison } from './compare.ts';
import type { Problem } from './problem.ts';
import { type Sources, sourceFiles } from './read.ts';
import { shownValue } from './secret-names.ts';

type Phase = ConfigReloadStatus['phase'];

/** Since when each difference has been seen, by {@link differenceKey}. */
export type Since = Readonly<Record<string, string>>;

/** Times of the differences that are there now: kept for those seen before, `now` for new ones. */
export const sinceOf = (comparison: Comparison, before: Since, now: string): Since =>
  Object.fromEntries(keysOf(comparison).map((key) => [key, before[key] ?? now]));

const pendingKey = ({ name, desired }: { readonly name: string; readonly desired: string }): string =>
  `pending ${name} ${shownValue(name, desired)}`;
const driftKey = ({ name, source }: { readonly name: string; readonly source: string }): string =>
  `drift ${name} ${source}`;

const keysOf = ({ pendingRestart, drift }: Comparison): readonly string[] => [
  ...pendingRestart.map(pendingKey),
  ...drift.map(driftKey),
];

/** The lists of `/status`, each difference with its time. */
export const differencesOf = (
  { pendingRestart, drift }: Comparison,
  since: Since,
  now: string,
): Pick<ConfigReloadStatus, 'pendingRestart' | 'drift'> => ({
  pendingRestart: pendingRestart.map((difference) => ({
    name: difference.name,
    desired: shownValue(difference.name, difference.desired),
    actual: shownValue(difference.name, difference.actual),
    since: since[pendingKey(difference)] ?? now,
  })),
  drift: drift.map((difference) => ({
    name: difference.name,
    desired: shownValue(difference.name, difference.desired),
    actual: shownValue(difference.name, difference.actual),
    source: difference.source,
    since: since[driftKey(difference)] ?? now,
  })),
});

/** What `/status` says of each mounted file. */
export const filesOf = (
  mounted: Sources,
  settings: readonly CheckedSetting[],
  hbaRules: number,
): ConfigReloadStatus['files'] =>
  sourceFiles.map((file) => {
    const source = mounted[file];
    return {
      file,
      present: source.state !== 'absent',
      ...(source.state === 'read' ? { digest: source.digest } : {}),
      settings:
        file === 'pg_hba.conf' ? hbaRules : settings.filter((setting) => setting.file === file).length,
    };
  });

export const phaseOf = (
  problems: readonly Problem[],
  awaiting: readonly string[],
  { pendingRestart }: Comparison,
): Phase => {
  if (problems.length > 0) return 'refused';
  if (awaiting.length > 0) return 'applying';
  return pendingRestart.length > 0 ? 'pending-restart' : 'in-force';
};
