import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { client, objectsOf } from './testing/chart.ts';

const directory = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const template = (name: string, ...more: string[]) =>
  client('helm', ['template', 'howdah', directory(name), '--namespace', 'howdah', ...more]);

const role = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  rules: z.array(
    z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
  ),
});
const rolesOf = async (name: string, ...more: string[]) =>
  objectsOf(await template(name, ...more)).flatMap((object) =>
    /^(Cluster)?Role$/.test(object.kind) ? [{ kind: object.kind, ...role.parse(object) }] : [],
  );

describe.each(['howdah', 'howdah-crds'])('the chart %s', (name) => {
  it('passes helm lint', async () => {
    expect(await client('helm', ['lint', directory(name)])).toContain('0 chart(s) failed');
  });

  it('renders what Kubernetes takes', async () => {
    // Kinds of its own have no schema without a network; the API server judges them in the tests of pods.
    const rendered = objectsOf(await template(name));
    expect(rendered.length).toBeGreaterThan(2);
    for (const { apiVersion, metadata } of rendered)
      expect(`${apiVersion} ${metadata.name}`).not.toContain('undefined');
  });
});

describe('the operator’s rights', () => {
  it('never allow to execute anything in a pod', async () => {
    const rules = (await rolesOf('howdah')).flatMap((each) => each.rules);
    expect(rules.flatMap(({ resources }) => resources)).not.toContain('pods/exec');
    expect(rules.flatMap(({ verbs, resources }) => [...verbs, ...resources])).not.toContain('*');
  });

  it('are those of one namespace, and the names of storage classes, where it watches one', async () => {
    const roles = await rolesOf('howdah', '--set', 'watchNamespace=orders');
    const everywhere = roles.filter(({ kind }) => kind === 'ClusterRole').flatMap(({ rules }) => rules);
    expect(everywhere.flatMap(({ resources }) => resources)).toEqual(['storageclasses']);
  });
});

describe('the rights of people', () => {
  it('let those who operate act and not edit, and nobody read a Secret', async () => {
    const roles = await rolesOf('howdah-crds');
    expect(roles.map(({ metadata }) => metadata.name)).toEqual([
      'howdah-view',
      'howdah-operate',
      'howdah-admin',
    ]);
    const operate = roles.find(({ metadata }) => metadata.name === 'howdah-operate')?.rules ?? [];
    const changing = operate.filter(({ verbs }) =>
      verbs.some((verb) => !['get', 'list', 'watch'].includes(verb)),
    );
    expect(changing.flatMap(({ resources }) => resources)).toEqual(['postgresactions', 'postgresbackups']);
    for (const { rules } of roles)
      expect(rules.flatMap(({ apiGroups }) => apiGroups)).toEqual(rules.map(() => 'howdah.dev'));
  });
});
