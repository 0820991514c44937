import type { ParameterValue } from '@howdah/patroni/answers';
import type { CheckedSetting } from './checked-setting.ts';
import { sameValue } from './guc-value.ts';
import { isClusterWide, patroniValue } from './patroni-owned.ts';

/** Which way each setting goes to the server. */
export interface Routes {
  /** Into the applied postgresql.conf of this member. */
  readonly toFile: readonly CheckedSetting[];
  /** Into Patroni's cluster-wide configuration, once for all members. */
  readonly toPatroni: readonly CheckedSetting[];
}

export const routeSettings = (settings: readonly CheckedSetting[], withPatroni: boolean): Routes => {
  if (!withPatroni) return { toFile: settings, toPatroni: [] };
  return {
    toFile: settings.filter(({ name }) => !isClusterWide(name)),
    toPatroni: settings.filter(({ name }) => isClusterWide(name)),
  };
};

/**
 * What `PATCH /config` has to say so that the cluster-wide configuration has these values; empty when it has
 * them already, so that the change is made once, whoever looks.
 *
 * @param formerly names that these files have put there before: what they no longer mention is taken back.
 */
export const patroniPatch = (
  desired: readonly CheckedSetting[],
  current: Readonly<Record<string, ParameterValue>>,
  formerly: readonly string[],
): Readonly<Record<string, ParameterValue>> => {
  const patch: Record<string, ParameterValue> = {};
  for (const { name, value, known } of desired) {
    if (known === undefined) continue;
    const there = current[name];
    if (there === undefined || there === null || !sameValue(known, String(there), value))
      patch[name] = patroniValue(value, known);
  }
  for (const name of formerly) {
    if (name in current && !desired.some((setting) => setting.name === name)) patch[name] = null;
  }
  return patch;
};
