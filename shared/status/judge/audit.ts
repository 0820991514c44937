import { formatBytes, formatDuration } from '@howdah/core/units';
import { ageAtMember, type Fleet, type FleetMember } from '../fleet.ts';
import { type Finding, gather, type MemberFinding } from './finding.ts';

/** A sealed segment is in the store within seconds; a quarter of an hour is a store that does not take it. */
const backlogWarningSeconds = 15 * 60;

/** Whether audit records reach their store and are read back, and whether logs are refused on the way. */
export const auditAndLogFindings = (fleet: Fleet): readonly Finding[] =>
  gather([
    ...fleet.members.flatMap((member) => auditStore(fleet, member)),
    ...fleet.members.flatMap(logSinks),
  ]);

const auditStore = (fleet: Fleet, member: FleetMember): readonly MemberFinding[] => {
  const audit = member.agents.answer?.agents['audit-upload']?.detail;
  if (audit === undefined) return [];
  const { store, backlog } = audit;
  const waited =
    backlog.oldestSealedAt === undefined ? 0 : ageAtMember(fleet, member, backlog.oldestSealedAt);
  const down = store.reachable === false;
  if (!down && waited <= backlogWarningSeconds) return [];
  const waiting = `${backlog.segments} ${backlog.segments === 1 ? 'segment waits' : 'segments wait'} (${formatBytes(backlog.bytes)})`;
  return [
    {
      level: 'warning',
      area: 'audit',
      kind: 'audit-store',
      member: member.name,
      says: (who) =>
        down
          ? `The audit store does not take the records of ${who}; ${waiting}.`
          : `Audit records of ${who} have waited ${formatDuration(waited)} for their store; ${waiting}.`,
      todo: store.error ?? `Look at ${store.location}; nothing is deleted before it was read back.`,
    },
  ];
};

const logSinks = (member: FleetMember): readonly MemberFinding[] => {
  const logs = member.agents.answer?.agents.logship?.detail;
  if (logs === undefined) return [];
  const silent = logs.sinks
    .filter(({ ok }) => !ok)
    .map(
      ({ id, backlogBytes, error }): MemberFinding => ({
        level: 'warning',
        area: 'logs',
        kind: `sink/${id}`,
        member: member.name,
        says: (who) => `The log sink “${id}” of ${who} takes nothing; ${formatBytes(backlogBytes)} wait.`,
        todo: error ?? 'Look at the sink; nothing is lost while the log files stand.',
      }),
    );
  if (logs.counts.rejected === 0) return silent;
  return [
    ...silent,
    {
      level: 'notice',
      area: 'logs',
      kind: 'rejected',
      member: member.name,
      says: (who) => `${logs.counts.rejected} log records of ${who} were refused by a sink.`,
      todo: 'They are counted by reason in the metrics of the logship agent.',
    },
  ];
};
