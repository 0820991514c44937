import { postgresAction } from '@howdah/kinds/postgres-action';
import { postgresBackup } from '@howdah/kinds/postgres-backup';
import { postgresCluster } from '@howdah/kinds/postgres-cluster';
import { type StructuralSchema, structural } from '@howdah/kube/structural-schema';
import * as z from 'zod';
import { agentSections } from './agent-sections.ts';

const schemaOf = (schema: z.ZodType): StructuralSchema =>
  structural(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }));

/**
 * An agent's own file as part of a spec: no key has to be there, since the operator fills in what it knows, and
 * none has a default, since a default that changes with a version would change clusters with it.
 */
const optional = (schema: StructuralSchema): StructuralSchema => {
  const { required: _, ...rest } = schema;
  return { ...rest, properties: mapValues(schema.properties ?? {}, withoutDefault) };
};

/** Parts of those files of which the operator fills in what they must have, too. */
const filledIn: readonly string[] = ['patroni', 'render', 'certificate'];

const withoutDefault = (
  { default: otherwise, required, ...schema }: StructuralSchema,
  name?: string,
): StructuralSchema => ({
  ...schema,
  ...(required === undefined || (name !== undefined && filledIn.includes(name)) ? {} : { required }),
  ...(otherwise === undefined || JSON.stringify(otherwise) === '{}'
    ? {}
    : { description: `${schema.description ?? ''} Default: ${JSON.stringify(otherwise)}.`.trim() }),
  ...(schema.properties === undefined ? {} : { properties: mapValues(schema.properties, withoutDefault) }),
  ...(schema.items === undefined ? {} : { items: withoutDefault(schema.items) }),
});

const mapValues = <Value, Other>(
  record: Readonly<Record<string, Value>>,
  change: (value: Value, key: string) => Other,
): Record<string, Other> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));

/** The spec with every key of the five agents' files in its sections. */
const clusterSpecSchema = (spec: StructuralSchema): StructuralSchema => {
  const properties = { ...spec.properties };
  for (const [name, { schema }] of Object.entries(agentSections)) {
    const own = properties[name];
    const ofAgent = optional(schemaOf(schema));
    properties[name] = {
      ...own,
      type: 'object',
      properties: { ...ofAgent.properties, ...own?.properties },
    };
  }
  return { ...spec, properties };
};

interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'date';
  readonly jsonPath: string;
  readonly priority?: number;
}

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly schema: StructuralSchema;
  readonly columns: readonly Column[];
}

const conditionOf = (type: string, field = 'status') => `.status.conditions[?(@.type=="${type}")].${field}`;

const cluster = (): Kind => {
  const { spec = {}, status = {} } = schemaOf(postgresCluster).properties ?? {};
  return {
    kind: 'PostgresCluster',
    plural: 'postgresclusters',
    shortNames: ['pgc'],
    schema: {
      type: 'object',
      description: 'A PostgreSQL cluster under Patroni, with the agents beside each member.',
      required: ['spec'],
      properties: { spec: clusterSpecSchema(spec), status },
      'x-kubernetes-validations': [
        {
          rule: 'self.metadata.name.size() <= 40',
          message: 'metadata.name: at most 40 characters, since names of other objects are made of it',
        },
      ],
    },
    columns: [
      { name: 'Ready', type: 'string', jsonPath: conditionOf('Ready') },
      { name: 'Instances', type: 'integer', jsonPath: '.status.readyInstances' },
      { name: 'Primary', type: 'string', jsonPath: '.status.primary' },
      { name: 'Backup', type: 'string', jsonPath: '.status.lastBackup' },
      { name: 'Reason', type: 'string', jsonPath: conditionOf('Ready', 'message'), priority: 1 },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  };
};

/** What is asked for once: everybody wants to know of which cluster, and how it goes. */
const order = (
  names: Pick<Kind, 'kind' | 'plural' | 'shortNames'>,
  description: string,
  whole: z.ZodType,
  columns: readonly Column[],
): Kind => {
  const { spec = {}, status = {} } = schemaOf(whole).properties ?? {};
  return {
    ...names,
    schema: { type: 'object', description, required: ['spec'], properties: { spec, status } },
    columns: [
      { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster' },
      { name: 'Type', type: 'string', jsonPath: '.spec.type' },
      { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
      ...columns,
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  };
};

const action = (): Kind =>
  order(
    { kind: 'PostgresAction', plural: 'postgresactions', shortNames: ['pga'] },
    'Something that is done to a PostgresCluster, once.',
    postgresAction,
    [{ name: 'Message', type: 'string', jsonPath: '.status.message' }],
  );

const backup = (): Kind =>
  order(
    { kind: 'PostgresBackup', plural: 'postgresbackups', shortNames: ['pgb'] },
    'A backup of a PostgresCluster that somebody asks for.',
    postgresBackup,
    [
      { name: 'Label', type: 'string', jsonPath: '.status.label' },
      { name: 'Message', type: 'string', jsonPath: '.status.message', priority: 1 },
    ],
  );

const definition = ({ kind, plural, shortNames, schema, columns }: Kind) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  // Whoever uninstalls the chart does not mean every cluster.
  metadata: { name: `${plural}.howdah.dev`, annotations: { 'helm.sh/resource-policy': 'keep' } },
  spec: {
    group: 'howdah.dev',
    scope: 'Namespaced',
    names: { kind, plural, singular: kind.toLowerCase(), shortNames, categories: ['howdah'] },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: columns,
        schema: { openAPIV3Schema: schema },
      },
    ],
  },
});

/** Every kind of ours, as the API server wants to be told about it; by plural. */
export const customResourceDefinitions = () =>
  Object.fromEntries([cluster(), action(), backup()].map((kind) => [kind.plural, definition(kind)]));
