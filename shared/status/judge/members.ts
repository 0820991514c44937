import { formatBytes, formatDuration } from '@howdah/core/units';
import { ageSeconds, type Fleet, type FleetMember, freshness, primaryOf } from '../fleet.ts';
import { type Finding, gather, type MemberFinding } from './finding.ts';

/** A replica further behind than this would lose that much in a failover: four WAL segments of 16 MiB. */
const lagWarningBytes = 64 * 1024 * 1024;

/** Roles, replication, and who answers. */
export const memberFindings = (fleet: Fleet): readonly Finding[] => [
  ...clusterFindings(fleet),
  ...(allSilent(fleet) ?? gather(fleet.members.flatMap((member) => silence(fleet, member)))),
];

const clusterFindings = (fleet: Fleet): readonly Finding[] => {
  const { answer: cluster, error } = fleet.cluster;
  const heard = freshness(fleet.cluster, fleet);
  if (heard === 'silent' || heard === 'stale') {
    const age = ageSeconds(fleet.cluster, fleet.now);
    return [
      {
        level: 'alarm',
        area: 'members',
        id: 'patroni-silent',
        says: `Patroni answers on no member${age === undefined ? '' : `, for ${formatDuration(age)}`}: who is primary is not known.`,
        todo: `Look at the pods and at Patroni's log${error === undefined ? '' : ` (${error})`}.`,
      },
    ];
  }
  if (cluster === undefined) return [];
  const findings: Finding[] = [];
  if (primaryOf(fleet) === undefined) {
    findings.push({
      level: 'alarm',
      area: 'members',
      id: 'no-primary',
      says: 'No member is primary: the cluster takes no writes.',
      todo: 'Look at `patronictl list` and at etcd; without a leader lock nobody is promoted.',
    });
  }
  for (const { name, role, state, lagBytes, timeline } of cluster.members) {
    const primaryTimeline = cluster.members.find((other) => other.role === 'primary')?.timeline;
    if (state !== 'running' && state !== 'streaming' && state !== 'in archive recovery') {
      findings.push({
        level: 'warning',
        area: 'members',
        id: `member-state/${name}`,
        member: name,
        says: `PostgreSQL on ${name} is ${state}.`,
        todo: `Look at the log of ${name}; it cannot take over until it runs.`,
      });
    } else if (lagBytes !== undefined && lagBytes > lagWarningBytes) {
      findings.push({
        level: 'warning',
        area: 'members',
        id: `lag/${name}`,
        member: name,
        says: `${name} is ${formatBytes(lagBytes)} behind the primary.`,
        todo: 'Look for a long query on the replica, a slow disk or network.',
      });
    } else if (role === 'replica' && timeline !== undefined && timeline < (primaryTimeline ?? timeline)) {
      findings.push({
        level: 'warning',
        area: 'members',
        id: `timeline/${name}`,
        member: name,
        says: `${name} is on timeline ${timeline}, the primary on ${primaryTimeline}.`,
        todo: `If it does not follow within a minute: \`patronictl reinit\` of ${name}.`,
      });
    }
  }
  if (cluster.paused) {
    findings.push({
      level: 'warning',
      area: 'members',
      id: 'paused',
      says: 'Patroni is paused: nothing fails over by itself.',
      todo: '`patronictl resume` when the maintenance is over.',
    });
  }
  return findings;
};

/** When nobody answers, the fault is more likely between here and there than on every member. */
const allSilent = (fleet: Fleet): readonly Finding[] | undefined => {
  const watched = fleet.members.filter((member) => member.watched);
  const silent = watched.filter(({ agents }) => {
    const heard = freshness(agents, fleet);
    return heard === 'silent' || heard === 'stale';
  });
  if (watched.length < 2 || silent.length < watched.length) return undefined;
  const reason = silent.map(({ agents }) => agents.error).find((error) => error !== undefined);
  return [
    {
      level: 'alarm',
      area: 'members',
      id: 'all-agents-silent',
      says: `The agents answer on none of ${watched.length} members.`,
      todo: `Look at the network between here and there first${reason === undefined ? '' : ` (${reason})`}.`,
    },
  ];
};

const silence = (fleet: Fleet, member: FleetMember): readonly MemberFinding[] => {
  const { name, watched, agents } = member;
  if (!watched) {
    return [
      {
        level: 'notice',
        area: 'members',
        kind: 'unwatched',
        member: name,
        says: (who) => `The agents of ${who} are not asked.`,
        todo: 'Add the member with its agentUrl to what is watched.',
      },
    ];
  }
  const heard = freshness(agents, fleet);
  if (heard !== 'silent' && heard !== 'stale') return [];
  const age = ageSeconds(agents, fleet.now);
  const isPrimary = primaryOf(fleet)?.name === name;
  const since = age === undefined ? 'do not answer' : `have not answered for ${formatDuration(age)}`;
  const why = agents.error === undefined ? '' : ` (${agents.error})`;
  return [
    {
      level: isPrimary ? 'alarm' : 'warning',
      area: 'members',
      kind: 'agents-silent',
      member: name,
      says: (who) => `The agents of ${who}${isPrimary ? ', the primary,' : ''} ${since}.`,
      todo: `${isPrimary ? 'No backup runs and no audit leaves while they are down. ' : ''}Look at the agents’ process or container there${why}.`,
    },
  ];
};
