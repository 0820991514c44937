import type { Clock } from '@howdah/core/clock';
import type { PatroniClient } from '@howdah/patroni/client';
import { type ApplyResult, type ApplyTools, applyVersion } from './apply.ts';
import type { CheckedFiles } from './check.ts';
import type { CheckedSetting } from './checked-setting.ts';
import { settleClusterWide } from './cluster-wide.ts';
import type { LastGood, Memory } from './memory.ts';
import type { PatroniView } from './observe.ts';
import { digestOfText, type Sources } from './read.ts';
import { routeSettings } from './route.ts';
import type { ServerView } from './server.ts';
import { textsOf } from './sources-in-force.ts';

export interface ForceTools extends ApplyTools {
  readonly memory: Memory;
  readonly clock: Clock;
  readonly patroni?: PatroniClient;
}

/** A version whose files were checked and found right. */
export interface NewVersion {
  readonly digest: string;
  readonly sources: Sources;
  readonly files: CheckedFiles;
  readonly lastGood: LastGood | undefined;
  readonly server: ServerView;
  readonly patroni: PatroniView | undefined;
}

export type ForceResult =
  | { readonly outcome: 'applied'; readonly lastGood: LastGood; readonly server: ServerView }
  | Exclude<ApplyResult, { readonly outcome: 'applied' }>;

/**
 * Routes a version, applies it, and remembers it as the last good one once the server runs with it. What goes
 * to Patroni is left to `settleLater`: a version that is rolled back must not stay behind for the whole cluster.
 */
export const bringIntoForce = async (
  version: NewVersion,
  tools: ForceTools,
  signal: AbortSignal,
): Promise<ForceResult> => {
  const { digest, sources, files, lastGood, server, patroni } = version;
  const { toFile, toPatroni } = routeSettings(files.settings, patroni !== undefined);
  const result = await applyVersion(
    { digest, files, toFile, withPatroni: patroni !== undefined },
    server,
    tools,
    signal,
  );
  if (result.outcome !== 'applied') return result;
  const formerly = lastGood?.patroniNames ?? [];
  const current: LastGood = {
    format: 1,
    digest,
    appliedAt: tools.clock.now().toISOString(),
    sources: textsOf(sources),
    ...(result.confText === undefined ? {} : { confDigest: digestOfText(result.confText) }),
    ...(files.hba === undefined ? {} : { hbaDigest: digestOfText(files.hba) }),
    patroniNames: formerly,
    patroniSettled: toPatroni.length === 0 && formerly.length === 0,
  };
  await tools.memory.lastGood.write(current);
  return { outcome: 'applied', lastGood: current, server: result.view };
};

/** Writes the cluster-wide configuration where this member should, and sees whether it has arrived by now. */
export const settleLater = async (
  lastGood: LastGood,
  toPatroni: readonly CheckedSetting[],
  patroni: PatroniView | undefined,
  tools: ForceTools,
  signal: AbortSignal,
): Promise<LastGood> => {
  if (lastGood.patroniSettled || patroni === undefined) return lastGood;
  if (tools.patroni === undefined) return lastGood;
  const wanted = {
    desired: toPatroni,
    formerly: lastGood.patroniNames,
    patroni: tools.patroni,
    view: patroni,
  };
  if (!(await settleClusterWide(wanted, signal))) return lastGood;
  const settled = { ...lastGood, patroniNames: namesOf(toPatroni), patroniSettled: true };
  await tools.memory.lastGood.write(settled);
  return settled;
};

const namesOf = (settings: readonly CheckedSetting[]): string[] => settings.map(({ name }) => name);
