import type { StructuralSchema } from '@howdah/kube/structural-schema';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentSections } from './agent-sections.ts';
import { customResourceDefinitions } from './crd.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
}

const keysOf = (schema: Schema, path = ''): readonly string[] => [
  ...(path === '' ? [] : [path]),
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => keysOf(child, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : keysOf(schema.items, `${path}[]`)),
];

const spec = (): StructuralSchema =>
  customResourceDefinitions().postgresclusters?.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec ??
  {};

it.each(Object.entries(agentSections))(
  'every key of the file of %s is in the spec, and none has a default',
  (section, { schema }) => {
    const here = spec().properties?.[section] as Schema;
    const keys = new Set(keysOf(here));
    const wanted = keysOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema);
    // The operator writes them by the spec’s own, of which the next test tells.
    const fromSpec = (key: string) => section === 'backup' && key.startsWith('.repositories[]');
    expect(wanted.filter((key) => !keys.has(key) && !fromSpec(key))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(5);
    const defaults = (each: Schema): boolean =>
      each.default !== undefined || Object.values(each.properties ?? {}).some(defaults);
    const ofAgent = Object.keys(schema.shape).map((key) => here.properties?.[key] ?? {});
    expect(ofAgent.some(defaults)).toBe(false);
  },
);

it('asks for nothing that the operator fills in', () => {
  const at = (...path: readonly string[]) =>
    path.reduce<Schema | undefined>((schema, name) => schema?.properties?.[name], spec());
  expect(at('backup', 'pgbackrest', 'render')?.properties).toHaveProperty('optionLists');
  for (const path of [
    ['backup', 'pgbackrest', 'render'],
    ['exporter', 'patroni'],
    ['configReload', 'certificate'],
  ])
    expect(at(...path), path.join('.')).not.toHaveProperty('required');
  expect(at('audit', 'store', 's3')?.required).toContain('bucket');
});

/** What says otherwise of a repository than the agent's own file; all the rest has the same name. */
const repositoryWords: Readonly<Record<string, readonly string[]>> = {
  name: ['repo'],
  encryptionSecret: ['encryption.passphraseFile'],
  's3.credentialsSecret': ['s3.accessKeyIdFile', 's3.secretAccessKeyFile', 's3.caFile'],
  'azure.credentialsSecret': [
    ...['azure.accountName', 'azure.accountKeyFile', 'azure.sasTokenFile', 'azure.caFile'],
  ],
  'gcs.credentialsSecret': ['gcs.keyFile', 'gcs.caFile'],
  's3.keyType': ['keyType'],
  'volume.claimName': ['volume.directory'],
};

it('has a word for everything that the backup agent knows of a repository', () => {
  const leavesOf = (schema: Schema | undefined) => {
    const keys = keysOf(schema?.items ?? {}).map((key) => key.slice(1));
    return keys.filter((key) => !keys.some((other) => other.startsWith(`${key}.`)));
  };
  const agents = z.toJSONSchema(agentSections.backup.schema, { io: 'input', unrepresentable: 'any' });
  const wanted = leavesOf((agents as Schema).properties?.repositories);
  const here = leavesOf(spec().properties?.backup?.properties?.repositories as Schema);
  const said = here.flatMap((key) => repositoryWords[key] ?? [key]);
  // Members of a cluster share every repository; a claim is one for all.
  expect(wanted.filter((key) => !said.includes(key))).toEqual(['volume.shared']);
});

/** Every schema in it, with where it stands. */
const schemasIn = (
  schema: StructuralSchema,
  path: string,
): readonly (readonly [string, StructuralSchema])[] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => schemasIn(child, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : schemasIn(schema.items, `${path}[]`)),
  ...(schema.additionalProperties === undefined ? [] : schemasIn(schema.additionalProperties, `${path}.*`)),
];

/** What has no bound of its own: the API server judges it where it is used. */
const passedOn = [
  '.spec.scheduling.tolerations[]',
  '.spec.networkPolicy.clients[]',
  '.spec.networkPolicy.prometheus[]',
];

const unbounded = (schema: StructuralSchema): boolean => {
  const { type, maxLength, maxItems, maxProperties, properties, additionalProperties } = schema;
  if (schema['x-kubernetes-int-or-string'] === true || type === 'string')
    return maxLength === undefined && schema.enum === undefined;
  if (type === 'array') return maxItems === undefined || schema.items === undefined;
  if (type === 'object')
    return properties === undefined && (maxProperties === undefined || additionalProperties === undefined);
  return !['integer', 'number', 'boolean'].includes(type ?? '');
};

describe.each(Object.entries(customResourceDefinitions()))('of %s', (plural, { spec: { versions } }) => {
  const all = versions.flatMap(({ schema }) => schemasIn(schema.openAPIV3Schema, ''));

  it('every text, list and map has a bound, but for what is passed on', () => {
    expect(all.length).toBeGreaterThan(10);
    const without = all.filter(([, schema]) => unbounded(schema)).map(([path]) => path);
    expect(without).toEqual(plural === 'postgresclusters' ? passedOn : []);
  });

  it('every key is described', () => {
    const keys = all.filter(([path]) => path !== '' && !/(\[\]|\.\*)$/.test(path));
    expect(keys.filter(([, { description = '' }]) => description === '').map(([path]) => path)).toEqual([]);
  });
});

it('finds what is unbounded, or of no type', () => {
  const bounded = { type: 'string', maxLength: 5 };
  for (const schema of [
    { type: 'string' },
    { type: 'array', items: bounded },
    { type: 'object', additionalProperties: bounded },
    { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    { 'x-kubernetes-int-or-string': true },
    {},
  ])
    expect(unbounded(schema), JSON.stringify(schema)).toBe(true);
});
