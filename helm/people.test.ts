import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const clusterRole = z.strictObject({
  apiVersion: z.literal('rbac.authorization.k8s.io/v1'),
  kind: z.literal('ClusterRole'),
  metadata: z.strictObject({ name: z.string(), labels: z.record(z.string(), z.string()) }),
  rules: z.array(
    z.strictObject({
      apiGroups: z.tuple([z.literal('howdah.dev')]),
      resources: z.array(z.string()),
      verbs: z.array(z.string()),
    }),
  ),
});
type ClusterRole = z.infer<typeof clusterRole>;

// Nothing in it is for Helm to fill in, so that it reads as it is applied.
const text = await readFile(new URL('howdah-crds/templates/people.yaml', import.meta.url), 'utf8');
const roles = parseAllDocuments(text).map((document) => clusterRole.parse(document.toJS()));

const kinds = ['postgresclusters', 'postgresactions', 'postgresbackups'];
const allows = ({ rules }: ClusterRole, verb: string, resource: string): boolean =>
  rules.some(
    ({ resources, verbs }) =>
      (resources.includes('*') || resources.includes(resource)) &&
      (verbs.includes('*') || verbs.includes(verb)),
  );
const roleOf = (name: string): ClusterRole => {
  const found = roles.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ClusterRole ${name}`);
  return found;
};

it('is made of three roles, each part of those of Kubernetes that may do as much', () => {
  const into = roles.map(({ metadata }) => [
    metadata.name,
    ...Object.entries(metadata.labels).flatMap(([label, value]) =>
      value === 'true' ? [label.replace('rbac.authorization.k8s.io/aggregate-to-', '')] : [],
    ),
  ]);
  expect(into).toEqual([
    ['howdah-view', 'view', 'edit', 'admin'],
    ['howdah-operate', 'edit', 'admin'],
    ['howdah-admin', 'admin'],
  ]);
});

it.each(kinds)('lets whoever views read %s, and change nothing', (kind) => {
  const view = roleOf('howdah-view');
  for (const verb of ['get', 'list', 'watch']) expect(allows(view, verb, kind), verb).toBe(true);
  for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection'])
    expect(allows(view, verb, kind), verb).toBe(false);
});

it('lets whoever operates ask for backups and actions and take that back, and touch no cluster', () => {
  const operate = roleOf('howdah-operate');
  const changing = ['create', 'update', 'patch', 'delete', 'deletecollection'];
  const may = (kind: string) => changing.filter((verb) => allows(operate, verb, kind));
  expect(kinds.map(may)).toEqual([[], ['create', 'delete'], ['create', 'delete']]);
  for (const kind of kinds) expect(allows(operate, 'get', kind)).toBe(true);
  // What an action did is the operator’s to say.
  expect(may('postgresactions/status')).toEqual([]);
});

it('lets whoever administers do everything', () => {
  for (const kind of kinds)
    for (const verb of ['get', 'create', 'patch', 'delete'])
      expect(allows(roleOf('howdah-admin'), verb, kind)).toBe(true);
});
