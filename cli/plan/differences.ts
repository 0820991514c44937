import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@howdah/kube/object';
import { digestAnnotation } from '@howdah/kube/settler';
import { parse } from 'yaml';
import type { Difference } from './model.ts';
import { isShown, shown } from './shown.ts';

type Values = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Containers, ports, volumes: they are told apart by their names, wherever they stand in the list. */
const isNamed = (list: readonly unknown[]): list is readonly Values[] =>
  list.length > 0 && list.every((item) => isRecord(item) && typeof item.name === 'string');

const byName = (list: readonly unknown[]): Values | undefined =>
  list.length === 0
    ? {}
    : isNamed(list)
      ? Object.fromEntries(list.map((item) => [String(item.name), item]))
      : undefined;

const difference = (path: string, key: string, before: unknown, after: unknown): Difference =>
  isShown(key)
    ? {
        path,
        ...(before === undefined ? {} : { from: shown(before) }),
        ...(after === undefined ? {} : { to: shown(after) }),
      }
    : { path, hidden: true };

/** @param key the last name on the way, by which values are told or not. */
export const between = (before: unknown, after: unknown, path = '', key = ''): readonly Difference[] => {
  if (isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) {
    const [named, others] = [byName(before), byName(after)];
    if (named !== undefined && others !== undefined)
      return ofRecords(named, others, path, (name) => `[${name}]`);
    if (before.length === after.length && before.every(isRecord))
      return before.flatMap((item, index) => between(item, after[index], `${path}[${index}]`, key));
  }
  if (isRecord(before) && isRecord(after))
    return ofRecords(before, after, path, (name) => (path === '' ? name : `.${name}`));
  // A part that comes or goes is told field by field, so that what is secret in it is known by its name.
  if (isRecord(after) && before === undefined && Object.keys(after).length > 0)
    return between({}, after, path, key);
  if (isRecord(before) && after === undefined && Object.keys(before).length > 0)
    return between(before, {}, path, key);
  return [difference(path, key, before, after)];
};

const ofRecords = (
  before: Values,
  after: Values,
  path: string,
  step: (name: string) => string,
): readonly Difference[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    between(before[name], after[name], `${path}${step(name)}`, name),
  );

/** What only the API server writes, and what the operator keeps for itself. */
const own = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
]);
const ownAnnotations = new Set([digestAnnotation, 'kubectl.kubernetes.io/last-applied-configuration']);

const without = (values: Values, names: ReadonlySet<string>): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)));

const comparable = ({ status: _, metadata, ...object }: KubeObject): Values => ({
  ...object,
  metadata: {
    ...without(metadata, own),
    annotations: without(metadata.annotations ?? {}, ownAnnotations),
  },
});

/** What differs between two states of an object, defaults filled in on both sides. */
export const differences = (before: KubeObject, after: KubeObject): readonly Difference[] => {
  const [{ data: old = {}, ...rest }, { data: wanted = {}, ...wantedRest }] = [
    comparable(before),
    comparable(after),
  ];
  const ofRest = between(rest, wantedRest);
  if (!isRecord(old) || !isRecord(wanted)) return ofRest;
  const files = [...new Set([...Object.keys(old), ...Object.keys(wanted)])].filter(
    (file) => old[file] !== wanted[file],
  );
  if (before.kind === 'Secret')
    return [...ofRest, ...files.map((file) => ({ path: `data.${file}`, hidden: true as const }))];
  return [...ofRest, ...files.flatMap((file) => ofFile(file, textOf(old[file]), textOf(wanted[file])))];
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Differences within a file of a ConfigMap, in its own words. */
const ofFile = (file: string, before: string, after: string): readonly Difference[] => {
  const at = (path: string) => `${file}: ${path}`;
  if (file.endsWith('.yaml'))
    return between(parse(before) ?? {}, parse(after) ?? {}).map((each) => ({ ...each, path: at(each.path) }));
  if (file === 'pg_hba.conf') return ofLines(file, before, after);
  const [old, wanted] = [settingsIn(before), settingsIn(after)];
  return between(old, wanted).map((each) => ({ ...each, path: at(each.path) }));
};

/** Settings as the operator writes them: `name = 'value'`. */
const settingsIn = (text: string): Values =>
  Object.fromEntries(
    [...text.matchAll(/^([\w.]+) = '(.*)'$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replaceAll("''", "'"),
    ]),
  );

const ofLines = (file: string, before: string, after: string): readonly Difference[] => {
  const [old, wanted] = [before.split('\n'), after.split('\n')];
  const gone = old.filter((line) => !wanted.includes(line));
  const come = wanted.filter((line) => !old.includes(line));
  if (gone.length + come.length === 0) return [{ path: file, to: 'the same lines in another order' }];
  return [
    ...gone.map((line) => ({ path: file, from: shown(line) })),
    ...come.map((line) => ({ path: file, to: shown(line) })),
  ];
};
