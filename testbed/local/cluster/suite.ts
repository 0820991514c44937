import { join } from 'node:path';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import type { ClusterLayout, MemberLayout } from './layout.ts';

/** How to start a suite: the Node binary, and the module it runs. */
export interface SuiteProgram {
  readonly node: string;
  readonly main: string;
}

/** Keeps the process small; the figures are in architecture.md, "Memory". */
export const suiteNodeFlags = ['--max-semi-space-size=1', '--optimize-for-size', '--v8-pool-size=1'] as const;

/** What a pod would set for the agents of `member`. */
export const suiteEnvironment = (member: MemberLayout): Record<string, string> => ({
  HOWDAH_CONFIG_DIR: member.configDirectory,
  HOWDAH_POSTGRES_SOURCE_DIR: member.configDirectory,
  HOWDAH_SECRETS_DIR: member.secretsDirectory,
  HOWDAH_STATE_DIR: member.stateDirectory,
  HOWDAH_RUN_DIR: member.runDirectory,
  HOWDAH_HTTP_HOST: '127.0.0.1',
  HOWDAH_HTTP_PORT: String(member.ports.agents),
  HOWDAH_MEMBER: member.name,
  MALLOC_ARENA_MAX: '1',
});

/** Starts the five agents of one member in one process, beside its PostgreSQL and as the same user. */
export const startSuite = (
  supervisor: Supervisor,
  layout: ClusterLayout,
  member: MemberLayout,
  program: SuiteProgram,
): Promise<Managed> =>
  supervisor.start({
    id: `suite/${member.name}`,
    stage: stopStages.agents,
    user: layout.user,
    file: program.node,
    args: [...suiteNodeFlags, program.main],
    env: suiteEnvironment(member),
    logFile: join(layout.logs, `suite-${member.name}.log`),
    stopDeadlineMs: 10_000,
    // As the kubelet would, when an agent ends by itself; one that was killed on purpose waits for its mending.
    restartAfterMs: 1_000,
  });
