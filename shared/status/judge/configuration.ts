import { clusterMember, type Fleet, type FleetMember } from '../fleet.ts';
import type { Finding } from './finding.ts';

/** Whether PostgreSQL runs with what its files say. */
export const configurationFindings = (fleet: Fleet): readonly Finding[] =>
  fleet.members.flatMap((member) => [...refused(member), ...pendingRestart(fleet, member), ...drift(member)]);

const detailOf = (member: FleetMember) => member.agents.answer?.agents['config-reload']?.detail;

const refused = (member: FleetMember): readonly Finding[] => {
  const detail = detailOf(member);
  if (detail?.phase !== 'refused') return [];
  const [first] = detail.problems;
  const place =
    first === undefined ? '' : `${first.file}${first.line === undefined ? '' : `:${first.line}`}: `;
  return [
    {
      level: 'warning',
      area: 'configuration',
      id: `refused/${member.name}`,
      member: member.name,
      says: `The newest configuration is refused on ${member.name}; the last good one is in force.`,
      todo: first === undefined ? 'See the problems listed there.' : `${place}${first.message}`,
    },
  ];
};

const pendingRestart = (fleet: Fleet, member: FleetMember): readonly Finding[] => {
  const pending = detailOf(member)?.pendingRestart ?? [];
  const byPatroni = clusterMember(fleet, member.name)?.pendingRestart === true;
  if (pending.length === 0 && !byPatroni) return [];
  const names = pending.map(({ name }) => name).join(', ');
  return [
    {
      level: 'warning',
      area: 'configuration',
      id: `pending-restart/${member.name}`,
      member: member.name,
      says:
        pending.length === 0
          ? `${member.name} waits for a restart to take new settings.`
          : `${member.name} waits for a restart to take ${names}.`,
      todo: 'The old values run on. `patronictl restart --pending` at a quiet hour.',
    },
  ];
};

const drift = (member: FleetMember): readonly Finding[] => {
  const drifted = detailOf(member)?.drift ?? [];
  if (drifted.length === 0) return [];
  const names = drifted.map(({ name, source }) => `${name} (${source})`).join(', ');
  return [
    {
      level: 'notice',
      area: 'configuration',
      id: `drift/${member.name}`,
      member: member.name,
      says: `${member.name} runs with other values than its files say: ${names}.`,
      todo: 'Put the value into the file, or `ALTER SYSTEM RESET` it.',
    },
  ];
};
