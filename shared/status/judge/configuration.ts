import { clusterMember, type Fleet, type FleetMember } from '../fleet.ts';
import { certificateFindings } from './certificate.ts';
import { type Finding, gather, type MemberFinding } from './finding.ts';

/** Whether PostgreSQL runs with what its files say. */
export const configurationFindings = (fleet: Fleet): readonly Finding[] =>
  gather([
    ...fleet.members.flatMap(refused),
    ...fleet.members.flatMap((member) => pendingRestart(fleet, member)),
    ...fleet.members.flatMap(drift),
    ...fleet.members.flatMap(certificateFindings),
  ]);

const detailOf = (member: FleetMember) => member.agents.answer?.agents['config-reload']?.detail;

const refused = (member: FleetMember): readonly MemberFinding[] => {
  const detail = detailOf(member);
  if (detail?.phase !== 'refused') return [];
  const [first] = detail.problems;
  const place =
    first === undefined ? '' : `${first.file}${first.line === undefined ? '' : `:${first.line}`}: `;
  return [
    {
      level: 'warning',
      area: 'configuration',
      kind: 'refused',
      member: member.name,
      says: (who) => `The newest configuration is refused on ${who}; the last good one is in force.`,
      todo: first === undefined ? 'See the problems listed there.' : `${place}${first.message}`,
    },
  ];
};

const pendingRestart = (fleet: Fleet, member: FleetMember): readonly MemberFinding[] => {
  const pending = detailOf(member)?.pendingRestart ?? [];
  const byPatroni = clusterMember(fleet, member.name)?.pendingRestart === true;
  if (pending.length === 0 && !byPatroni) return [];
  const what = pending.length === 0 ? 'new settings' : pending.map(({ name }) => name).join(', ');
  return [
    {
      level: 'warning',
      area: 'configuration',
      kind: 'pending-restart',
      member: member.name,
      says: (who, several) => `${who} ${several ? 'wait' : 'waits'} for a restart to take ${what}.`,
      todo: 'The old values run on. `patronictl restart --pending` at a quiet hour.',
    },
  ];
};

const drift = (member: FleetMember): readonly MemberFinding[] => {
  const drifted = detailOf(member)?.drift ?? [];
  if (drifted.length === 0) return [];
  const names = drifted.map(({ name, source }) => `${name} (${source})`).join(', ');
  return [
    {
      level: 'notice',
      area: 'configuration',
      kind: 'drift',
      member: member.name,
      says: (who, several) =>
        `${who} ${several ? 'run' : 'runs'} with other values than the files say: ${names}.`,
      todo: 'Put the value into the file, or `ALTER SYSTEM RESET` it.',
    },
  ];
};
