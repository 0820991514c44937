import { retryClassOf } from '@howdah/core/errors';
import type { DynamicConfig } from '@howdah/patroni/answers';
import type { PatroniClient } from '@howdah/patroni/client';
import type { CheckedSetting } from './checked-setting.ts';
import type { Difference } from './compare.ts';
import { sameValue } from './guc-value.ts';
import type { PatroniView } from './observe.ts';
import { patroniPatch } from './route.ts';
import type { ServerView } from './server.ts';

/** Somebody else's write at the same moment is a conflict, after which one looks again. */
const mostTries = 3;

export interface ClusterWideInput {
  readonly desired: readonly CheckedSetting[];
  /** Names that an earlier version of the files had put there. */
  readonly formerly: readonly string[];
  readonly patroni: PatroniClient;
  readonly view: PatroniView;
}

/**
 * Brings the cluster-wide configuration to the desired values: written by the primary, and only where it
 * differs, so that a change is made once; the other members wait and see.
 *
 * @returns whether it has the desired values now.
 */
export const settleClusterWide = async (
  { desired, formerly, patroni, view }: ClusterWideInput,
  signal: AbortSignal,
): Promise<boolean> => {
  const missingIn = ({ parameters }: DynamicConfig) => patroniPatch(desired, parameters, formerly);
  if (isEmpty(missingIn(view.config))) return true;
  if (view.member.role !== 'primary' && view.member.role !== 'standby_leader') return false;
  for (let tries = 1; ; tries += 1) {
    // Compared again at the last moment: another member may have become primary and written it meanwhile.
    const missing = missingIn(await patroni.config(signal));
    if (isEmpty(missing)) return true;
    try {
      return isEmpty(missingIn(await patroni.patchParameters(missing, signal)));
    } catch (error) {
      if (retryClassOf(error) !== 'now' || tries === mostTries) throw error;
    }
  }
};

const isEmpty = (patch: object): boolean => Object.keys(patch).length === 0;

/** Cluster-wide settings with which the server does not run yet, though nothing but time is missing. */
export const onTheWay = (
  desired: readonly CheckedSetting[],
  server: Pick<ServerView, 'settings'>,
): readonly string[] =>
  desired.flatMap(({ name, value, known }) => {
    const seen = server.settings.get(name.toLowerCase());
    if (known === undefined || seen === undefined || seen.pendingRestart) return [];
    return sameValue(seen, seen.setting, value) ? [] : [name];
  });

/** Differences of a cluster-wide configuration that once had the desired values: somebody changed it since. */
export const clusterWideDrift = (
  desired: readonly CheckedSetting[],
  { parameters }: DynamicConfig,
): readonly Difference[] =>
  desired.flatMap(({ name, value, known }): Difference[] => {
    const there = parameters[name];
    if (known === undefined || (there != null && sameValue(known, String(there), value))) return [];
    return [
      {
        name,
        desired: value,
        actual: there == null ? 'not set' : String(there),
        cause: 'patroni',
        source: 'Patroni’s cluster-wide configuration',
      },
    ];
  });
