import { formatBytes, formatDuration } from '@howdah/core/units';
import { ageAtMember, type Fleet } from '../fleet.ts';
import type { Finding } from './finding.ts';

/** A sealed segment is in the store within seconds; a quarter of an hour is a store that does not take it. */
const backlogWarningSeconds = 15 * 60;

/** Whether audit records reach their store and are read back, and whether logs are refused on the way. */
export const auditAndLogFindings = (fleet: Fleet): readonly Finding[] =>
  fleet.members.flatMap((member): readonly Finding[] => {
    const audit = member.agents.answer?.agents['audit-upload']?.detail;
    const logs = member.agents.answer?.agents.logship?.detail;
    const oldest = audit?.backlog.oldestSealedAt;
    const waited = oldest === undefined ? 0 : ageAtMember(fleet, member, oldest);
    const findings: Finding[] = [];
    if (audit !== undefined && (audit.store.reachable === false || waited > backlogWarningSeconds)) {
      const backlog = `${audit.backlog.segments} ${audit.backlog.segments === 1 ? 'segment' : 'segments'} (${formatBytes(audit.backlog.bytes)})`;
      findings.push({
        level: 'warning',
        area: 'audit',
        id: `audit-store/${member.name}`,
        member: member.name,
        says:
          audit.store.reachable === false
            ? `The audit store does not take the records of ${member.name}; ${backlog} wait.`
            : `Audit records of ${member.name} have waited ${formatDuration(waited)} for their store; ${backlog} wait.`,
        todo:
          audit.store.error ?? `Look at ${audit.store.location}; nothing is deleted before it was read back.`,
      });
    }
    for (const sink of logs?.sinks ?? []) {
      if (sink.ok) continue;
      findings.push({
        level: 'warning',
        area: 'logs',
        id: `sink/${member.name}/${sink.id}`,
        member: member.name,
        says: `The log sink “${sink.id}” of ${member.name} takes nothing; ${formatBytes(sink.backlogBytes)} wait.`,
        todo: sink.error ?? 'Look at the sink; nothing is lost while the log files stand.',
      });
    }
    if (logs !== undefined && logs.counts.rejected > 0) {
      findings.push({
        level: 'notice',
        area: 'logs',
        id: `rejected/${member.name}`,
        member: member.name,
        says: `${logs.counts.rejected} log records of ${member.name} were refused by a sink.`,
        todo: 'They are counted by reason in howdah_logship_records_total.',
      });
    }
    return findings;
  });
