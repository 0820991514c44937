import { describeError } from '@howdah/core/errors';
import type { Tier } from './tiers.ts';
import type { TestRun } from './vitest-report.ts';

type RunTier = (tier: Tier) => Promise<readonly TestRun[]>;

/**
 * Runs lanes beside each other, and in each one tier after the other. A tier without a report is one failed entry, and
 * keeps no other from running; it never rejects.
 */
export const runLanes = async (
  lanes: readonly (readonly Tier[])[],
  runTier: RunTier,
): Promise<readonly TestRun[]> => (await Promise.all(lanes.map((tiers) => lane(tiers, runTier)))).flat();

const lane = async (tiers: readonly Tier[], runTier: RunTier): Promise<readonly TestRun[]> => {
  const runs: TestRun[] = [];
  for (const tier of tiers)
    runs.push(...(await runTier(tier).catch((error) => [withoutReport(tier, error)])));
  return runs;
};

const withoutReport = ({ name, projects }: Tier, error: unknown): TestRun => ({
  file: '',
  name: `./dev test ${projects.map((project) => `--project ${project}`).join(' ')}`,
  outcome: 'failed',
  durationMs: 0,
  failure: `${name} left no report: ${describeError(error)}`,
});
