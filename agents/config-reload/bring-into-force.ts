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

/** Routes a version, applies it, and remembers it as the last good one once the server runs with it. */
export const bringIntoForce = async (
  version: NewVersion,
  tools: ForceTools,
  signal: AbortSignal,
): Promise<ForceResult> => {
  const { digest, sources, files, lastGood, server, patroni } = version;
  const { toFile, toPatroni } = routeSettings(files.settings, patroni !== undefined);
  let settled = toPatroni.length === 0 && (lastGood?.patroniNames.length ?? 0) === 0;
  const result = await applyVersion(
    {
      digest,
      files,
      toFile,
      withPatroni: patroni !== undefined,
      beforeReload: async () => {
        if (!settled) settled = await settle(toPatroni, lastGood, patroni, tools, signal);
      },
    },
    server,
    tools,
    signal,
  );
  if (result.outcome !== 'applied') return result;
  const current: LastGood = {
    format: 1,
    digest,
    appliedAt: tools.clock.now().toISOString(),
    sources: textsOf(sources),
    ...(result.confText === undefined ? {} : { confDigest: digestOfText(result.confText) }),
    ...(files.hba === undefined ? {} : { hbaDigest: digestOfText(files.hba) }),
    patroniNames: settled ? namesOf(toPatroni) : (lastGood?.patroniNames ?? []),
    patroniSettled: settled,
  };
  await tools.memory.lastGood.write(current);
  return { outcome: 'applied', lastGood: current, server: result.view };
};

/** Sees whether the cluster-wide configuration has arrived by now, and writes it where this member should. */
export const settleLater = async (
  lastGood: LastGood,
  toPatroni: readonly CheckedSetting[],
  patroni: PatroniView | undefined,
  tools: ForceTools,
  signal: AbortSignal,
): Promise<LastGood> => {
  if (lastGood.patroniSettled || patroni === undefined) return lastGood;
  if (!(await settle(toPatroni, lastGood, patroni, tools, signal))) return lastGood;
  const settled = { ...lastGood, patroniNames: namesOf(toPatroni), patroniSettled: true };
  await tools.memory.lastGood.write(settled);
  return settled;
};

const settle = async (
  desired: readonly CheckedSetting[],
  lastGood: LastGood | undefined,
  view: PatroniView | undefined,
  { patroni }: ForceTools,
  signal: AbortSignal,
): Promise<boolean> =>
  patroni === undefined || view === undefined
    ? true
    : settleClusterWide({ desired, formerly: lastGood?.patroniNames ?? [], patroni, view }, signal);

const namesOf = (settings: readonly CheckedSetting[]): string[] => settings.map(({ name }) => name);
