import type { ConfigProblem } from '@howdah/status/common';
import type { ConfigReloadStatus } from '@howdah/status/config-reload';
import { ageAtMember, clusterMember, type Fleet, type FleetMember } from '@howdah/status/fleet';
import { agentNames } from './agent-names.ts';
import { ago, plural, shortDigest } from './format.ts';
import { cardClass, StaleBadge } from './heard.tsx';
import { Badge, Fact, Facts, type IconName, Nothing, Scroll, Section, type Tone } from './parts.tsx';

const phaseLooks: Readonly<Record<ConfigReloadStatus['phase'], readonly [Tone, IconName, string]>> = {
  'in-force': ['well', 'well', 'In force'],
  applying: ['notice', 'waiting', 'Being applied'],
  'pending-restart': ['warning', 'waiting', 'Restart pending'],
  refused: ['warning', 'warning', 'Newest files refused'],
  waiting: ['warning', 'unknown', 'Waiting for the server'],
};

/** What PostgreSQL runs with, against what its files say; and the agents' own files. */
export const Configuration = ({ fleet }: { readonly fleet: Fleet }) => (
  <Section id="configuration" title="Configuration">
    <ul class="cards">
      {fleet.members.map((member) => (
        <MemberConfiguration key={member.name} fleet={fleet} member={member} />
      ))}
    </ul>
  </Section>
);

const MemberConfiguration = ({ fleet, member }: { readonly fleet: Fleet; readonly member: FleetMember }) => {
  const detail = member.agents.answer?.agents['config-reload']?.detail;
  const problems = agentNames.flatMap((name) => member.agents.answer?.agents[name]?.config.problems ?? []);
  const [tone, icon, word] =
    detail === undefined ? (['quiet', 'unknown', 'Not known'] as const) : phaseLooks[detail.phase];
  return (
    <li class={cardClass(fleet, member)}>
      <div class="card-head">
        <h3>{member.name}</h3>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        {detail !== undefined && <StaleBadge fleet={fleet} member={member} />}
      </div>
      {detail === undefined ? (
        <Nothing>No config-reload agent has answered.</Nothing>
      ) : (
        <Server fleet={fleet} member={member} detail={detail} />
      )}
      {problems.length > 0 && <AgentProblems problems={problems} />}
    </li>
  );
};

const Server = ({
  fleet,
  member,
  detail,
}: {
  readonly fleet: Fleet;
  readonly member: FleetMember;
  readonly detail: ConfigReloadStatus;
}) => {
  const { desiredDigest, appliedDigest, appliedAt, files, pendingRestart, drift, problems } = detail;
  const nothing = pendingRestart.length === 0 && drift.length === 0 && problems.length === 0;
  const patroniWaits =
    clusterMember(fleet, member.name)?.pendingRestart === true && pendingRestart.length === 0;
  return (
    <>
      <Facts>
        <Fact name="In force">
          {appliedDigest === undefined ? (
            'nothing applied yet'
          ) : (
            <code title={appliedDigest}>{shortDigest(appliedDigest)}</code>
          )}
        </Fact>
        {desiredDigest !== undefined && desiredDigest !== appliedDigest && (
          <Fact name="Desired">
            <code title={desiredDigest}>{shortDigest(desiredDigest)}</code>
          </Fact>
        )}
        <Fact name="Applied">
          {appliedAt === undefined ? 'never' : ago(ageAtMember(fleet, member, appliedAt))}
        </Fact>
        <Fact name="Files">
          {files
            .filter(({ present }) => present)
            .map(({ file, settings }) => (
              <span key={file} class="line">
                {file}, {plural(settings, file === 'pg_hba.conf' ? 'rule' : 'setting')}
              </span>
            ))}
        </Fact>
      </Facts>
      {problems.length > 0 && (
        <>
          <h4>Refused</h4>
          <ul class="problems">
            {problems.map(({ file, line, name, message }) => (
              <li key={`${file} ${line} ${name} ${message}`}>
                <code>{[file, line].filter((part) => part !== undefined).join(':')}</code>{' '}
                {name === undefined ? '' : `${name}: `}
                {message}
              </li>
            ))}
          </ul>
        </>
      )}
      <Differences title="Pending restart" differences={pendingRestart} fleet={fleet} member={member} />
      <Differences title="Drift" differences={drift} fleet={fleet} member={member} />
      {patroniWaits && <p>Patroni says that a restart is pending.</p>}
      {nothing && !patroniWaits && <p class="muted">No drift, nothing waits for a restart.</p>}
    </>
  );
};

interface Difference {
  readonly name: string;
  readonly desired: string;
  readonly actual: string;
  readonly since: string;
  readonly source?: string;
}

const Differences = ({
  title,
  differences,
  fleet,
  member,
}: {
  readonly title: string;
  readonly differences: readonly Difference[];
  readonly fleet: Fleet;
  readonly member: FleetMember;
}) =>
  differences.length === 0 ? null : (
    <>
      <h4>{title}</h4>
      <Scroll label={`${title} on ${member.name}`}>
        <table>
          <caption class="hidden">
            {title} on {member.name}
          </caption>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Runs with</th>
              <th scope="col">File says</th>
              <th scope="col">Since</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ name, desired, actual, since, source }) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td>
                  {actual}
                  {source !== undefined && <span class="muted line">{source}</span>}
                </td>
                <td>{desired}</td>
                <td>{ago(ageAtMember(fleet, member, since))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );

const AgentProblems = ({ problems }: { readonly problems: readonly ConfigProblem[] }) => (
  <>
    <h4>Problems in the agents’ own files</h4>
    <ul class="problems">
      {problems.map(({ file, path, seen, expected }) => (
        <li key={`${file} ${path}`}>
          <code>{[file, path].filter((part) => part !== '').join(' ')}</code>
          {seen === undefined ? '' : `: found ${seen}`}, expected {expected}
        </li>
      ))}
    </ul>
  </>
);
