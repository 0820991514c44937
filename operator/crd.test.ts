import type { StructuralSchema } from '@howdah/kube/structural-schema';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { agentSections } from './agent-sections.ts';
import { customResourceDefinitions } from './crd.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
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
    // The operator writes it by the spec’s own.
    const fromSpec = (key: string) => section === 'backup' && key.startsWith('.repositories[]');
    expect(wanted.filter((key) => !keys.has(key) && !fromSpec(key))).toEqual([]);
    expect(wanted.length).toBeGreaterThan(5);
    const defaults = (each: Schema): boolean =>
      each.default !== undefined || Object.values(each.properties ?? {}).some(defaults);
    const ofAgent = Object.keys(schema.shape).map((key) => here.properties?.[key] ?? {});
    expect(ofAgent.some(defaults)).toBe(false);
  },
);
