import { formatBytes } from '@howdah/core/units';
import { type Fleet, type FleetMember, secondsBetween } from '@howdah/status/fleet';
import type { LogshipStatus } from '@howdah/status/logship';
import type { FleetAnswer } from '../answer.ts';
import { count, plural, utc } from './format.ts';
import { StaleBadge } from './heard.tsx';
import { Badge, Nothing, Scroll, Section } from './parts.tsx';
import { barLength, severitiesOf } from './severities.ts';

interface MemberLogs {
  readonly name: string;
  readonly member: FleetMember;
  readonly logs: LogshipStatus;
}

/** Log records counted by severity, and whether they leave. */
export const Logs = ({
  fleet,
  recent,
}: {
  readonly fleet: Fleet;
  readonly recent: FleetAnswer['recent'];
}) => {
  const members = fleet.members.flatMap((member): MemberLogs[] => {
    const logs = member.agents.answer?.agents.logship?.detail;
    return logs === undefined ? [] : [{ name: member.name, member, logs }];
  });
  return (
    <Section id="logs" title="Log records by severity" aside="All since counting began; bars are logarithmic">
      {members.length === 0 ? (
        <Nothing>No logship agent has answered.</Nothing>
      ) : (
        <div class="panel logs">
          <Severities members={members} recent={recent} now={fleet.now} />
          <Sinks members={members} fleet={fleet} />
        </div>
      )}
    </Section>
  );
};

/** The bars are beside the numbers in one table: chart and table are the same thing. */
const Severities = ({
  members,
  recent,
  now,
}: {
  readonly members: readonly MemberLogs[];
  readonly recent: FleetAnswer['recent'];
  readonly now: string;
}) => {
  const severities = severitiesOf(members.map(({ logs }) => logs.severities));
  if (severities.length === 0) return <Nothing>No record has been read yet.</Nothing>;
  const sums = severities.map((severity) =>
    members.reduce((sum, { logs }) => sum + (logs.severities[severity] ?? 0), 0),
  );
  const largest = Math.max(...sums);
  return (
    <Scroll label="Log records by severity">
      <table class="severities">
        <caption class="hidden">Log records by severity and member</caption>
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col" class="number">
              {recentTitle(recent, now)}
            </th>
            <th scope="col" class="number">
              All
            </th>
            {members.map(({ name }) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {severities.map((severity, index) => (
            <tr key={severity}>
              <th scope="row">
                <span class="severity">{severity}</span>
                <span class={`bar severity-${severity.toLowerCase()}`} aria-hidden="true">
                  <span style={{ width: `${(barLength(sums[index] ?? 0, largest) * 100).toFixed(1)}%` }} />
                </span>
              </th>
              <td class="number">
                <strong>{recentCount(recent, severity)}</strong>
              </td>
              <td class="number">{count(sums[index] ?? 0)}</td>
              {members.map(({ name, logs }) => (
                <td key={name} class="number">
                  {count(logs.severities[severity] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
};

/** An hour, or since when the console has watched. */
const recentTitle = (recent: FleetAnswer['recent'], now: string): string => {
  const since = Object.values(recent)
    .map((one) => one.since)
    .sort()[0];
  if (since === undefined) return 'Last hour';
  return secondsBetween(since, now) > 3_500 ? 'Last hour' : `Since ${utc(since, now)}`;
};

const recentCount = (recent: FleetAnswer['recent'], severity: string): string => {
  const known = Object.values(recent);
  if (known.length === 0) return 'not known';
  return count(known.reduce((sum, { counts }) => sum + (counts[severity] ?? 0), 0));
};

const Sinks = ({ members, fleet }: { readonly members: readonly MemberLogs[]; readonly fleet: Fleet }) => (
  <ul class="sinks">
    {members.map(({ name, member, logs: { sinks, counts, backlogBytes } }) => (
      <li key={name}>
        <strong>{name}</strong>
        <StaleBadge fleet={fleet} member={member} />
        {sinks.map(({ id, ok, error }) => (
          <span key={id}>
            <Badge tone={ok ? 'well' : 'warning'} icon={ok ? 'well' : 'warning'}>
              {id}
              {ok ? '' : ': takes nothing'}
            </Badge>
            {error !== undefined && <span class="muted why">{error}</span>}
          </span>
        ))}
        <span class="muted">
          {plural(counts.shipped, 'record')} shipped
          {counts.raw > 0 && `, ${count(counts.raw)} kept raw`}
          {counts.rejected > 0 && `, ${count(counts.rejected)} refused`}
          {`, ${backlogBytes === 0 ? 'nothing waits' : `${formatBytes(backlogBytes)} wait`}`}
        </span>
      </li>
    ))}
  </ul>
);
