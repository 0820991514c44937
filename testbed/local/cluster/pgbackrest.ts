import { runAs } from '@howdah/testing/run-as';
import type { ClusterLayout, MemberLayout } from './layout.ts';

export const stanza = 'demo';

/** How a member's pgBackRest finds what its backup agent has written: for archive_command as for a person. */
export const pgbackrestArgs = (member: MemberLayout): readonly string[] => [
  `--config-path=${member.pgbackrestDirectory}`,
  `--stanza=${stanza}`,
];

/** Runs pgBackRest as `member` would, e.g. `['info', '--output=json']`; gives its output. */
export const pgbackrest = async (
  layout: ClusterLayout,
  member: MemberLayout,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> => {
  const { stdout } = await runAs(layout.user, 'pgbackrest', [...pgbackrestArgs(member), ...args], {
    signal,
    timeoutMs: 120_000,
  });
  return stdout;
};
