import type { Fleet, FleetMember } from '@howdah/status/fleet';
import type { Status } from '@howdah/status/status';
import { before, largeLagBytes, quietFleet } from '@howdah/status/testdata/fleet';

type Agents = Status['agents'];

const withAgents = (member: FleetMember, change: (agents: Agents) => Agents): FleetMember => {
  const { answer } = member.agents;
  if (answer === undefined) return member;
  return { ...member, agents: { ...member.agents, answer: { ...answer, agents: change(answer.agents) } } };
};

/** On the primary: WAL stuck, a run late and one running, the audit store down, files refused, drift. */
const primaryAgents = (agents: Agents): Agents => {
  const { backup, 'audit-upload': audit, 'config-reload': config } = agents;
  if (!backup?.detail || !audit?.detail || !config?.detail) return agents;
  return {
    ...agents,
    backup: {
      ...backup,
      detail: {
        ...backup.detail,
        schedules: backup.detail.schedules.map((schedule) =>
          schedule.id === 'six-hourly' ? { ...schedule, overdueSince: before(12_000) } : schedule,
        ),
        running: {
          scheduleId: 'daily-diff',
          type: 'diff',
          repo: 1,
          dueAt: before(300),
          startedAt: before(240),
        },
        archive: {
          lastArchivedAt: before(2_500),
          lastFailedAt: before(20),
          lastFailedWal: '000000030000002A0000001D',
          atRiskBytes: 912 * 1024 * 1024,
          atRiskSeconds: 2_500,
        },
      },
    },
    'audit-upload': {
      ...audit,
      detail: {
        ...audit.detail,
        store: { ...audit.detail.store, reachable: false, error: 'connect ECONNREFUSED 10.1.2.3:443' },
        backlog: { segments: 7, bytes: 380_000, oldestSealedAt: before(2_000) },
      },
    },
    'config-reload': {
      ...config,
      detail: {
        ...config.detail,
        phase: 'refused',
        problems: [
          { file: 'pg_hba.conf', line: 12, message: 'invalid authentication method "scramm-sha-256"' },
        ],
        drift: [
          {
            name: 'work_mem',
            desired: '64MB',
            actual: '256MB',
            since: before(7_300),
            source: 'ALTER SYSTEM',
          },
        ],
      },
    },
  };
};

/** On a replica: an agent that restarts, a bad file, two settings that wait for a restart. */
const replicaAgents = (agents: Agents): Agents => {
  const { exporter, logship, 'config-reload': config } = agents;
  if (!exporter || !logship || !config?.detail) return agents;
  return {
    ...agents,
    exporter: { ...exporter, state: 'restarting', ready: false, restarts: 4 },
    logship: {
      ...logship,
      config: {
        ...logship.config,
        valid: false,
        problems: [
          { file: 'logship.yaml', path: 'sinks.0.kind', seen: '"lokki"', expected: 'stdout or file' },
        ],
      },
    },
    'config-reload': {
      ...config,
      detail: {
        ...config.detail,
        phase: 'pending-restart',
        pendingRestart: [
          { name: 'shared_buffers', desired: '8GB', actual: '4GB', since: before(172_800) },
          { name: 'max_connections', desired: '300', actual: '200', since: before(172_800) },
        ],
      },
    },
  };
};

/** Nearly everything that can be wrong at once, one member stale and one that nobody asks. */
export const troubledFleet = (): Fleet => {
  const fleet = quietFleet();
  const [primary, replica, silent] = fleet.members;
  const cluster = fleet.cluster.answer;
  if (!primary || !replica || !silent || !cluster) throw new Error('the quiet fleet has three members');
  return {
    ...fleet,
    cluster: {
      ...fleet.cluster,
      answer: {
        ...cluster,
        members: [
          ...cluster.members.map((member) =>
            member.name === silent.name ? { ...member, lagBytes: largeLagBytes } : member,
          ),
          {
            name: 'pg-3',
            role: 'replica',
            synchronous: false,
            state: 'creating replica',
            pendingRestart: false,
          },
        ],
      },
    },
    members: [
      withAgents(primary, primaryAgents),
      withAgents(replica, replicaAgents),
      {
        ...silent,
        agents: { ...silent.agents, answeredAt: before(754), error: '10.0.0.9:9187: nobody listens there' },
      },
      { name: 'pg-3', watched: false, agents: {} },
    ],
  };
};
