import { formatBytes } from '@howdah/core/units';
import type { MemberRole } from '@howdah/status/backup';
import type { AgentCommon, AgentName } from '@howdah/status/common';
import {
  ageAtMember,
  clusterMember,
  type Fleet,
  type FleetMember,
  freshness,
  roleOf,
} from '@howdah/status/fleet';
import { agentNames } from './agent-names.ts';
import { ago, coarse } from './format.ts';
import { cardClass, Heard } from './heard.tsx';
import { Badge, Fact, Facts, type IconName, Nothing, Section, type Tone } from './parts.tsx';

const roleLooks: Readonly<Record<MemberRole, readonly [Tone, IconName, string]>> = {
  primary: ['well', 'primary', 'Primary'],
  replica: ['quiet', 'replica', 'Replica'],
  standby_leader: ['well', 'primary', 'Standby leader'],
  uninitialized: ['warning', 'warning', 'Uninitialized'],
  unknown: ['warning', 'unknown', 'Role not known'],
};

/** Roles, replication, and each agent's last progress. */
export const Members = ({ fleet }: { readonly fleet: Fleet }) => (
  <Section
    id="members"
    title="Members"
    aside={fleet.cluster.answer?.paused === true ? 'Patroni is paused' : undefined}
  >
    <ul class="cards">
      {fleet.members.map((member) => (
        <Member key={member.name} fleet={fleet} member={member} />
      ))}
    </ul>
  </Section>
);

const Member = ({ fleet, member }: { readonly fleet: Fleet; readonly member: FleetMember }) => {
  const role = roleOf(fleet, member);
  const [tone, icon, word] = roleLooks[role];
  const seen = clusterMember(fleet, member.name);
  const patroniOld = freshness(fleet.cluster, fleet) === 'stale';
  return (
    <li class={cardClass(fleet, member)}>
      <div class="card-head">
        <h3>{member.name}</h3>
        <Badge tone={tone} icon={icon}>
          {seen?.synchronous === true ? 'Synchronous replica' : word}
        </Badge>
      </div>
      <Heard fleet={fleet} member={member} />
      <Facts>
        <Fact name="State">
          {seen?.state ?? 'not known'}
          {patroniOld && seen !== undefined ? ', once' : ''}
        </Fact>
        <Fact name="Timeline">
          {seen?.timeline ?? member.agents.answer?.agents.backup?.detail?.timeline ?? 'not known'}
        </Fact>
        <Fact name="Lag">{lagOf(fleet, member, role)}</Fact>
        <Fact name="PostgreSQL">{versionOf(member) ?? 'not known'}</Fact>
      </Facts>
      <Agents fleet={fleet} member={member} />
    </li>
  );
};

/** The exporter gives three numbers, as its labels do; PostgreSQL's own have been two since version 10. */
const versionOf = (member: FleetMember): string | undefined =>
  member.agents.answer?.agents.exporter?.detail?.serverVersion?.replace(/^(\d+\.\d+)\.0$/, '$1');

const lagOf = (fleet: Fleet, member: FleetMember, role: MemberRole): string => {
  if (role === 'primary' || role === 'standby_leader') return 'none: it is the primary';
  const bytes = clusterMember(fleet, member.name)?.lagBytes;
  const seconds = member.agents.answer?.agents.exporter?.detail?.replicationLagSeconds;
  const parts = [
    bytes === undefined ? undefined : formatBytes(bytes),
    seconds === undefined ? undefined : seconds < 1 ? 'under 1 s' : coarse(seconds),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? 'not known' : parts.join(', ');
};

const Agents = ({ fleet, member }: { readonly fleet: Fleet; readonly member: FleetMember }) => {
  const answer = member.agents.answer;
  if (answer === undefined) return <Nothing>Nothing is known of its agents.</Nothing>;
  return (
    <table class="agents">
      <caption>
        Agents of {member.name}, <span class="muted">Howdah {answer.howdah}</span>
      </caption>
      <thead class="hidden">
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">State</th>
          <th scope="col">Last progress</th>
        </tr>
      </thead>
      <tbody>
        {agentNames.map((name) => (
          <AgentRow key={name} fleet={fleet} member={member} name={name} agent={answer.agents[name]} />
        ))}
      </tbody>
    </table>
  );
};

const AgentRow = ({
  fleet,
  member,
  name,
  agent,
}: {
  readonly fleet: Fleet;
  readonly member: FleetMember;
  readonly name: AgentName;
  readonly agent: AgentCommon | undefined;
}) => {
  const [tone, icon, word] = agentLooks(agent);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
      </td>
      <td class="number">
        {agent?.lastProgressAt === undefined ? (
          <span class="muted">no progress yet</span>
        ) : (
          <time dateTime={agent.lastProgressAt}>{ago(ageAtMember(fleet, member, agent.lastProgressAt))}</time>
        )}
      </td>
    </tr>
  );
};

const agentLooks = (agent: AgentCommon | undefined): readonly [Tone, IconName, string] => {
  if (agent === undefined || agent.state === 'off') return ['quiet', 'off', 'Off'];
  if (agent.state === 'misconfigured') return ['alarm', 'alarm', 'Misconfigured'];
  if (agent.state === 'restarting') return ['warning', 'warning', 'Restarting'];
  if (!agent.ready) return ['warning', 'waiting', 'Waiting'];
  return ['well', 'well', 'Working'];
};
