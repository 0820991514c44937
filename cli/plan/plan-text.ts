import type { Style } from '../style.ts';
import { renderTable } from '../table.ts';
import { wrap } from '../wrap.ts';
import type { ClusterPlan, Difference, ObjectPlan, Plan, PodStep } from './model.ts';

const indent = '  ';
const deep = '      ';

/** Of each cluster a sentence first; then what is refused, the objects, their fields, and what follows for the pods. */
export const planText = ({ clusters, others }: Plan, style: Style): string => {
  const parts = clusters.map((cluster) => clusterLines(cluster, style).join('\n'));
  const beside =
    others.length === 0
      ? []
      : [
          wrap(`No plan is made of ${others.join(', ')}.`)
            .map(style.faint)
            .join('\n'),
        ];
  return `${[...parts, ...beside].join('\n\n')}\n`;
};

export const planJson = (plan: Plan): string => `${JSON.stringify({ version: 1, ...plan }, undefined, 2)}\n`;

const clusterLines = (cluster: ClusterPlan, style: Style): readonly string[] => {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', style.strong(title), ...lines];
  return [
    ...wrap(headline(cluster)).map(tone(cluster, style)),
    ...section('Refused', cluster.refusals.flatMap(item)),
    ...section('Not in force', cluster.configProblems.flatMap(item)),
    ...(cluster.objects.some(({ what }) => what !== 'stays') ? ['', objectTable(cluster.objects)] : []),
    ...cluster.objects.flatMap((object) => section(`${object.kind} ${object.name}`, fieldLines(object))),
    ...section('Patroni’s configuration of all members', cluster.patroni.flatMap(differenceLines)),
    ...section('Pods', cluster.pods.flatMap(stepLines)),
    ...section(
      'Volumes',
      cluster.volumes.flatMap(({ claim, from, to, refused }) =>
        item(`${claim}: ${from} → ${to}${refused === undefined ? '' : `, which is refused: ${refused}`}`),
      ),
    ),
    ...section('Roles and databases, when the primary runs', userLines(cluster)),
  ];
};

const tone = ({ refusals, configProblems }: ClusterPlan, style: Style) => {
  if (refusals.length > 0) return style.alarm;
  return configProblems.length > 0 ? style.warning : style.strong;
};

const headline = ({
  namespace,
  name,
  refusals,
  paused,
  objects,
  pods,
  volumes,
  patroni,
}: ClusterPlan): string => {
  const about = `${name} in ${namespace}`;
  if (refusals.length > 0) return `${about}: nothing would be made or changed.`;
  const hold = paused ? ', once the annotation howdah.dev/paused is gone' : '';
  const counts = (['made', 'changed', 'replaced', 'refused', 'stays'] as const).flatMap((what) => {
    const count = objects.filter((object) => object.what === what).length;
    return count === 0 ? [] : [`${count} ${words[what]}`];
  });
  const idle = objects.every(({ what }) => what === 'stays');
  if (idle && pods.length + volumes.length + patroni.length === 0)
    return `${about}: nothing changes (${objects.length} objects).`;
  return `${about}: of ${objects.length} objects ${counts.join(', ')}${hold}.`;
};

const words: Readonly<Record<ObjectPlan['what'], string>> = {
  made: 'would be made',
  changed: 'would change',
  replaced: 'would be replaced',
  refused: 'would be refused',
  stays: 'would stay',
};

/** One letter-wide first column, so that the longest name of a cluster leaves the table within 80 columns. */
const signs: Readonly<Record<ObjectPlan['what'], string>> = {
  made: '+',
  changed: '~',
  replaced: '±',
  refused: '!',
  stays: '=',
};

const objectTable = (objects: readonly ObjectPlan[]): string =>
  `${renderTable(
    [{ title: '' }, { title: 'KIND' }, { title: 'NAME' }],
    objects.map(({ kind, name, what }) => [signs[what], kind, name]),
  )}\n${legend(objects)}`;

const legend = (objects: readonly ObjectPlan[]): string => {
  const used = new Set(objects.map(({ what }) => what));
  return (Object.keys(signs) as ObjectPlan['what'][])
    .filter((what) => used.has(what))
    .map((what) => `${signs[what]} ${words[what]}`)
    .join('   ');
};

const item = (text: string): readonly string[] => wrap(text, `${indent}${indent}`, indent);

const fieldLines = ({ differences, note }: ObjectPlan): readonly string[] => [
  ...(note === undefined ? [] : item(note)),
  ...differences.flatMap(differenceLines),
];

const differenceLines = ({ path, from, to, hidden }: Difference): readonly string[] => {
  if (hidden === true) return item(`${path} changes (its value is not shown)`);
  if (from === undefined) return item(`${path}: + ${to ?? ''}`);
  return item(to === undefined ? `${path}: - ${from}` : `${path}: ${from} → ${to}`);
};

const stepLines = ({ member, does, waits }: PodStep, index: number): readonly string[] => {
  const number = `${index + 1}.`.padStart(4);
  return wrap(`${member} ${does}${waits === undefined ? '' : `, but waits: ${waits}`}`, deep, `${number} `);
};

const userLines = ({ users, objects }: ClusterPlan): readonly string[] => {
  const changes = objects.some(({ kind, what }) => kind === 'PostgresCluster' && what !== 'stays');
  return changes
    ? users.flatMap(({ name, databases }) =>
        item(databases.length === 0 ? name : `${name}: ${databases.join(', ')}`),
      )
    : [];
};
