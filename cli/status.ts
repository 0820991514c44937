import { formatBytes, formatDuration } from '@howdah/core/units';
import { backupsNewestFirst, backupView, usefulNewestFirst } from '@howdah/status/backup-view';
import { agentNames } from '@howdah/status/common';
import { ageAtMember, clusterMember, type Fleet, type FleetMember, roleOf } from '@howdah/status/fleet';
import { type Judgement, judge } from '@howdah/status/judge';
import type { Finding } from '@howdah/status/judge/finding';
import { restorableLines } from './restorable.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { wrap } from './wrap.ts';

const marks = { alarm: 'ACT NOW', warning: 'LOOK', notice: 'NOTE' } as const;
/** As wide as the longest mark and two spaces. */
const indent = ' '.repeat(9);

/** A sentence first, then what was found, then a table that fits 80 columns. */
export const statusText = (fleet: Fleet, style: Style): string => {
  const judgement = judge(fleet);
  return [
    headline(judgement, style),
    ...judgement.findings.map((finding) => findingText(finding, style)),
    '',
    membersTable(fleet),
    '',
    ...backupLines(fleet),
    '',
  ].join('\n');
};

/** The same for programs: the judgement and each member's own words. */
export const statusJson = (fleet: Fleet): string =>
  `${JSON.stringify({ version: 1, ...judge(fleet), fleet }, undefined, 2)}\n`;

const headline = ({ verdict, sentence }: Judgement, style: Style): string => {
  const paint = { well: style.good, warning: style.warning, alarm: style.alarm, unknown: style.strong };
  return wrap(sentence).map(paint[verdict]).join('\n');
};

const findingText = ({ level, says, todo }: Finding, style: Style): string => {
  const paint = { alarm: style.alarm, warning: style.warning, notice: style.faint };
  const mark = marks[level].padEnd(indent.length);
  const [first = '', ...rest] = wrap(says, indent, mark);
  return [
    `${paint[level](mark)}${first.slice(mark.length)}`,
    ...rest,
    ...wrap(todo, indent, indent).map(style.faint),
  ].join('\n');
};

const membersTable = (fleet: Fleet): string =>
  renderTable(
    [
      { title: 'MEMBER' },
      { title: 'ROLE' },
      { title: 'TL', align: 'right' },
      { title: 'LAG', align: 'right' },
      { title: 'AGENTS' },
      { title: 'LAST PROGRESS' },
    ],
    fleet.members.map((member) => memberRow(fleet, member)),
  );

const memberRow = (fleet: Fleet, member: FleetMember): readonly string[] => {
  const seen = clusterMember(fleet, member.name);
  const agents = member.agents.answer?.agents;
  const timeline = seen?.timeline ?? agents?.backup?.detail?.timeline;
  return [
    member.name,
    roleOf(fleet, member).replace('_', ' '),
    timeline === undefined ? '-' : String(timeline),
    lagOf(fleet, member),
    agentsOf(member),
    progressOf(fleet, member),
  ];
};

const lagOf = (fleet: Fleet, member: FleetMember): string => {
  const role = roleOf(fleet, member);
  if (role === 'primary' || role === 'standby_leader') return '-';
  const bytes = clusterMember(fleet, member.name)?.lagBytes;
  if (bytes !== undefined) return formatBytes(bytes);
  const seconds = member.agents.answer?.agents.exporter?.detail?.replicationLagSeconds;
  return seconds === undefined ? '-' : formatDuration(seconds);
};

const agentsOf = (member: FleetMember): string => {
  const answer = member.agents.answer;
  if (answer === undefined) return 'no answer';
  const present = agentNames.flatMap((name) => {
    const agent = answer.agents[name];
    return agent === undefined || agent.state === 'off' ? [] : [{ name, agent }];
  });
  const working = present.filter(({ agent }) => agent.state === 'running' && agent.ready);
  const others = present.filter((one) => !working.includes(one));
  return others.length === 0
    ? `${working.length} working`
    : `${working.length} of ${present.length} working; not ${others.map(({ name }) => name).join(', ')}`;
};

/** Of the agent that has been quiet longest, the backup agent aside: it is there for its due times. */
const progressOf = (fleet: Fleet, member: FleetMember): string => {
  const ages = agentNames.flatMap((name) => {
    const agent = member.agents.answer?.agents[name];
    return name === 'backup' || agent?.state !== 'running' || agent.lastProgressAt === undefined
      ? []
      : [ageAtMember(fleet, member, agent.lastProgressAt)];
  });
  return ages.length === 0 ? '-' : `${formatDuration(Math.max(...ages))} ago`;
};

const backupLines = (fleet: Fleet): readonly string[] => {
  const view = backupView(fleet);
  if (view === undefined) return ['No backup agent has answered.'];
  const [newest] = usefulNewestFirst(view.detail);
  const { atRiskBytes, atRiskSeconds } = view.detail.archive ?? {};
  return [
    newest === undefined
      ? `No backup in any repository${backupsNewestFirst(view.detail).length === 0 ? '' : ' that is not superseded'}.`
      : `Last backup   ${newest.label} (${newest.type}), ${formatDuration(ageAtMember(fleet, view.member, newest.stoppedAt))} ago`,
    atRiskBytes === undefined
      ? 'WAL at risk   not known'
      : `WAL at risk   ${formatBytes(atRiskBytes)}${atRiskSeconds === undefined ? '' : `, the last ${formatDuration(atRiskSeconds)}`}`,
    ...restorableLines(view.detail),
  ];
};
