import * as z from 'zod';

/**
 * The part of OpenAPI 3 that a CustomResourceDefinition may use:
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly items?: StructuralSchema;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: StructuralSchema;
  readonly [extension: `x-kubernetes-${string}`]: unknown;
}

/** What is read of the JSON Schema that zod writes. */
interface Node {
  readonly type?: string | undefined;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly items?: Node | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | Node | undefined;
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly [key: string]: unknown;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    // A list of types stands for null beside one.
    type: z.union([z.string(), z.array(z.string()).transform((types) => types.join(' or '))]).optional(),
    enum: z.array(z.unknown()).optional(),
    anyOf: z.array(node).optional(),
    items: node.optional(),
    properties: z.record(z.string(), node).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), node]).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
  }),
);

/** Bounds where a schema has none: the API server must know how large anything can get. */
const bounds = { maxLength: 4_096, maxItems: 256, maxProperties: 256 } as const;
/** Formats that the API server judges; it passes over others. */
const judged = new Set(['date-time', 'ipv4', 'ipv6', 'uri']);

const kept = [
  ...['description', 'default', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'],
  'maxProperties',
];

/**
 * A JSON Schema made by zod in the form that the API server takes.
 *
 * @throws Error with the place of what no structural schema can say.
 */
export const structural = (jsonSchema: unknown): StructuralSchema => convert(node.parse(jsonSchema), '');

const convert = (schema: Node, path: string): StructuralSchema => {
  const extensions = Object.entries(schema).filter(([key]) => key.startsWith('x-kubernetes-'));
  const common = Object.fromEntries([
    ...kept.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])),
    ...extensions,
  ]);
  // The two extensions that stand for a type of their own.
  if (schema['x-kubernetes-int-or-string'] === true)
    return {
      maxLength: bounds.maxLength,
      ...pick(common, ['description', 'maxLength', 'x-kubernetes-int-or-string']),
    };
  if (schema['x-kubernetes-preserve-unknown-fields'] === true)
    return { ...pick(common, ['description']), type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  if (schema.anyOf !== undefined) return union(schema.anyOf, common, path);
  const values = schema.const === undefined ? schema.enum : [schema.const];
  const type = schema.type ?? typeOfValues(values, path);
  switch (type) {
    case 'object':
      return { ...common, ...object(schema, path) };
    case 'array':
      if (schema.items === undefined) throw new Error(`${path}: a list of what?`);
      return { maxItems: bounds.maxItems, ...common, type, items: convert(schema.items, `${path}[]`) };
    case 'string':
      return { ...common, type, ...(values === undefined ? text(schema, common, path) : { enum: values }) };
    case 'integer':
    case 'number':
      return number(schema, common, values);
    case 'boolean':
      return { ...common, type };
    default:
      throw new Error(`${path}: no structural schema has type ${type}`);
  }
};

const pick = (from: object, keys: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from).filter(([key]) => keys.includes(key)));

const typeOfValues = (values: readonly unknown[] | undefined, path: string): string => {
  const types = new Set(values?.map((value) => typeof value));
  const [type] = types;
  if (type === undefined || types.size > 1) throw new Error(`${path}: values of one type, please`);
  return type;
};

const object = (schema: Node, path: string): StructuralSchema => {
  const { properties, required, additionalProperties } = schema;
  if (properties === undefined && typeof additionalProperties === 'object')
    return {
      maxProperties: bounds.maxProperties,
      ...pick(schema, ['maxProperties']),
      type: 'object',
      additionalProperties: convert(additionalProperties, `${path}.*`),
    };
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties ?? {}).map(([name, child]) => [name, convert(child, `${path}.${name}`)]),
    ),
    ...(required === undefined || required.length === 0 ? {} : { required }),
  };
};

/** A choice of texts is a text; any other choice cannot be said. */
const union = (forms: readonly Node[], common: object, path: string): StructuralSchema => {
  const types = new Set(forms.map((form) => form.type ?? typeof form.const));
  if (types.size > 1 || !types.has('string'))
    throw new Error(`${path}: a choice between ${[...types].join(' and ')}`);
  return { maxLength: bounds.maxLength, ...common, type: 'string' };
};

const text = (schema: Node, common: object, path: string): StructuralSchema => {
  const { format, pattern } = schema;
  // What zod writes for a format the API server judges better itself.
  if (format !== undefined && judged.has(format))
    return { maxLength: bounds.maxLength, ...pick(common, ['maxLength']), format };
  if (pattern?.match(/\(\?[=!<]/)) throw new Error(`${path}: the API server has no look-around in patterns`);
  return {
    ...('maxLength' in common ? {} : { maxLength: bounds.maxLength }),
    ...(pattern === undefined ? {} : { pattern }),
  };
};

const number = (
  schema: Node,
  common: Record<string, unknown>,
  values: readonly unknown[] | undefined,
): StructuralSchema => {
  const whole = schema.type === 'integer' || values?.every(Number.isInteger) === true;
  // zod writes the bounds of what a double can count; they say nothing.
  const { minimum, maximum, ...rest } = common;
  return {
    ...rest,
    type: whole ? 'integer' : 'number',
    ...(values === undefined ? {} : { enum: values }),
    ...(typeof minimum === 'number' && minimum !== Number.MIN_SAFE_INTEGER ? { minimum } : {}),
    ...(typeof maximum === 'number' && maximum !== Number.MAX_SAFE_INTEGER ? { maximum } : {}),
    ...(schema.exclusiveMinimum === undefined
      ? {}
      : { minimum: schema.exclusiveMinimum, exclusiveMinimum: true }),
    ...(schema.exclusiveMaximum === undefined
      ? {}
      : { maximum: schema.exclusiveMaximum, exclusiveMaximum: true }),
  };
};
