import { formatBytes, formatDuration } from '@howdah/core/units';
import { type AgentCommon, type AgentName, agentNames } from '../common.ts';
import { ageAtMember, type Fleet, type FleetMember } from '../fleet.ts';
import { type Finding, gather, type MemberFinding } from './finding.ts';

/** The exporter samples every few seconds to a minute; five minutes without is silence. */
const exporterSilentSeconds = 5 * 60;
/** Bytes that wait while nothing is shipped for so long are stuck, not slow. */
const logSilentSeconds = 5 * 60;

/** Each agent as its process sees it: runs, waits, fails, is misconfigured, or has gone quiet. */
export const agentFindings = (fleet: Fleet): readonly Finding[] =>
  gather(
    agentNames.flatMap((name) =>
      fleet.members.flatMap((member) => {
        const agent = member.agents.answer?.agents[name];
        return agent === undefined ? [] : [...standing(member, name, agent), ...quiet(fleet, member, name)];
      }),
    ),
  );

const standing = (member: FleetMember, name: AgentName, agent: AgentCommon): readonly MemberFinding[] => {
  const about = { area: 'agents', member: member.name, kind: `agent/${name}` } as const;
  if (agent.state === 'off') return [];
  if (agent.state === 'misconfigured') {
    return [
      {
        ...about,
        level: 'alarm',
        says: (who) => `The agent ${name} on ${who} does not run: its configuration is wrong.`,
        todo: problemText(agent) ?? `Correct ${name}.yaml; it is taken live.`,
      },
    ];
  }
  if (agent.state === 'restarting') {
    return [
      {
        ...about,
        level: 'warning',
        says: (who) =>
          `The agent ${name} on ${who} failed and starts again (${agent.restarts} ${agent.restarts === 1 ? 'time' : 'times'} so far).`,
        todo: lastErrorText(agent) ?? 'See its log.',
      },
    ];
  }
  const invalid: MemberFinding[] = agent.config.valid
    ? []
    : [
        {
          ...about,
          kind: `${about.kind}/config`,
          level: 'warning',
          says: (who) => `The newest ${name}.yaml on ${who} is wrong; the last good one runs on.`,
          todo: problemText(agent) ?? `Correct ${name}.yaml.`,
        },
      ];
  if (agent.ready) return invalid;
  return [
    ...invalid,
    {
      ...about,
      level: 'warning',
      says: (who) =>
        `The agent ${name} on ${who} waits${agent.waitingFor === undefined ? '' : ` for ${agent.waitingFor}`}.`,
      todo: agent.lastError?.remedy ?? 'It goes on by itself once that is there.',
    },
  ];
};

const lastErrorText = ({ lastError }: AgentCommon): string | undefined => {
  if (lastError === undefined) return undefined;
  const { message, remedy } = lastError;
  return remedy === undefined ? message : `${message.replace(/[.]$/, '')}. ${remedy}`;
};

const problemText = ({ config: { problems } }: AgentCommon): string | undefined => {
  const [first] = problems;
  if (first === undefined) return undefined;
  const place = [first.file, first.path].filter((part) => part !== '').join(', ');
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more)`;
  return `${place}: ${first.seen === undefined ? '' : `found ${first.seen}, `}expected ${first.expected}${more}.`;
};

/** Silence is an alarm: an agent that runs and no longer does what it is there for. */
const quiet = (fleet: Fleet, member: FleetMember, name: AgentName): readonly MemberFinding[] => {
  const agent = member.agents.answer?.agents[name];
  if (agent === undefined || agent.state !== 'running' || !agent.ready) return [];
  const since = agent.lastProgressAt ?? agent.startedAt;
  if (since === undefined) return [];
  const age = ageAtMember(fleet, member, since);
  const about = { member: member.name, kind: `quiet/${name}`, level: 'warning' } as const;
  if (name === 'exporter' && age > exporterSilentSeconds) {
    return [
      {
        ...about,
        area: 'agents',
        says: (who) => `The exporter on ${who} has taken no sample for ${formatDuration(age)}.`,
        todo: 'Its metrics are of then. Look for locks and at its log.',
      },
    ];
  }
  const backlog = member.agents.answer?.agents.logship?.detail?.backlogBytes ?? 0;
  if (name === 'logship' && backlog > 0 && age > logSilentSeconds) {
    return [
      {
        ...about,
        area: 'logs',
        says: (who) =>
          `Logs of ${who} have not moved for ${formatDuration(age)}; ${formatBytes(backlog)} wait.`,
        todo: 'Look at the sinks; nothing is lost while the log files stand.',
      },
    ];
  }
  return [];
};
