import { formatDuration } from '@howdah/core/units';
import { backupView, usefulNewestFirst } from './backup-view.ts';
import { ageAtMember, type Fleet, freshness, primaryOf, roleOf } from './fleet.ts';
import { agentFindings } from './judge/agents.ts';
import { auditAndLogFindings } from './judge/audit.ts';
import { backupFindings } from './judge/backups.ts';
import { configurationFindings } from './judge/configuration.ts';
import { type Finding, type Level, worstFirst } from './judge/finding.ts';
import { memberFindings } from './judge/members.ts';

/** All is well, the worst that was found, or nobody has been asked yet. */
export type Verdict = 'well' | Exclude<Level, 'notice'> | 'unknown';

export interface Judgement {
  readonly verdict: Verdict;
  /** Whether all is well in one sentence and, when it is not, what is wrong first. */
  readonly sentence: string;
  /** The worst first. */
  readonly findings: readonly Finding[];
}

/** What a tired person should read first. */
export const judge = (fleet: Fleet): Judgement => {
  // Of a member that no longer answers one thing is known: that it does not answer.
  const heard: Fleet = {
    ...fleet,
    members: fleet.members.filter(({ agents }) => freshness(agents, fleet) === 'fresh'),
  };
  const findings = worstFirst([
    ...memberFindings(fleet),
    ...backupFindings(fleet),
    ...agentFindings(heard),
    ...auditAndLogFindings(heard),
    ...configurationFindings(heard),
  ]);
  const serious = findings.filter(({ level }) => level !== 'notice');
  const [first] = serious;
  if (first !== undefined) {
    return {
      verdict: first.level === 'alarm' ? 'alarm' : 'warning',
      sentence: wrong(first, serious),
      findings,
    };
  }
  if (heard.members.length === 0)
    return { verdict: 'unknown', sentence: 'Nobody has answered yet.', findings };
  return { verdict: 'well', sentence: well(fleet), findings };
};

const wrong = (first: Finding, serious: readonly Finding[]): string => {
  const others = serious.length - 1;
  return others === 0
    ? first.says
    : `${first.says} ${others === 1 ? 'One more thing needs' : `${others} more things need`} a look.`;
};

const well = (fleet: Fleet): string => {
  const primary = primaryOf(fleet);
  const replicas = fleet.members.filter((member) => roleOf(fleet, member) === 'replica').length;
  const view = backupView(fleet);
  const [newest] = view === undefined ? [] : usefulNewestFirst(view.detail);
  const parts = [
    primary === undefined ? undefined : `${primary.name} is primary`,
    replicas === 0 ? undefined : replicas === 1 ? '1 replica follows' : `${replicas} replicas follow`,
    view === undefined || newest === undefined
      ? undefined
      : `the last backup is ${formatDuration(ageAtMember(fleet, view.member, newest.stoppedAt))} old`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'All is well.' : `All is well: ${parts.join(', ')}.`;
};
