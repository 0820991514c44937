import * as z from 'zod';

/** One key of a configuration file, as a person reads about it. */
export interface ConfigRow {
  /** From the top of the file: `schedules[].cron`, `repositories.<name>.path`. */
  readonly key: string;
  readonly type: string;
  readonly required: boolean;
  /** As JSON; undefined when there is none. */
  readonly fallback: string | undefined;
  readonly bounds: string;
  /** Empty when the schema says nothing. */
  readonly description: string;
}

/** What is read of JSON Schema: the part that zod writes. */
interface Node {
  readonly $ref?: string | undefined;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[] | undefined;
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly items?: Node | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly required?: readonly string[] | undefined;
  readonly additionalProperties?: boolean | Node | undefined;
  readonly anyOf?: readonly Node[] | undefined;
  readonly oneOf?: readonly Node[] | undefined;
  readonly allOf?: readonly Node[] | undefined;
  readonly $defs?: Readonly<Record<string, Node>> | undefined;
}

const node: z.ZodType<Node> = z.lazy(() =>
  z.object({
    $ref: z.string().optional(),
    type: z.string().optional(),
    description: z.string().optional(),
    default: z.unknown().optional(),
    const: z.unknown().optional(),
    enum: z.array(z.unknown()).optional(),
    format: z.string().optional(),
    pattern: z.string().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    exclusiveMinimum: z.number().optional(),
    exclusiveMaximum: z.number().optional(),
    minLength: z.number().optional(),
    maxLength: z.number().optional(),
    minItems: z.number().optional(),
    maxItems: z.number().optional(),
    items: node.optional(),
    properties: z.record(z.string(), node).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), node]).optional(),
    anyOf: z.array(node).optional(),
    oneOf: z.array(node).optional(),
    allOf: z.array(node).optional(),
    $defs: z.record(z.string(), node).optional(),
  }),
);

/** The keys that a JSON Schema made by zod describes, in the order of the schema, each once. */
export const configRows = (jsonSchema: unknown): readonly ConfigRow[] => {
  const root = node.parse(jsonSchema);
  const rows = new Map<string, ConfigRow>();
  for (const row of rowsBelow(root, '', root.$defs ?? {})) {
    const earlier = rows.get(row.key);
    // The same key in two forms of a union is one line.
    rows.set(row.key, earlier === undefined ? row : merged(earlier, row));
  }
  return [...rows.values()];
};

type Definitions = Readonly<Record<string, Node>>;

const rowsBelow = (schema: Node, path: string, definitions: Definitions): readonly ConfigRow[] => {
  const here = resolved(schema, definitions);
  const forms = formsOf(here).flatMap((form) => rowsBelow(form, path, definitions));
  const items = here.items === undefined ? [] : rowsBelow(here.items, `${path}[]`, definitions);
  const named = Object.entries(here.properties ?? {}).flatMap(([name, child]) => {
    const key = path === '' ? name : `${path}.${name}`;
    return [
      rowOf(key, resolved(child, definitions), here.required?.includes(name) === true, definitions),
      ...rowsBelow(child, key, definitions),
    ];
  });
  const free =
    typeof here.additionalProperties === 'object'
      ? rowsBelow(here.additionalProperties, `${path}.<name>`, definitions)
      : [];
  return [...named, ...forms, ...items, ...free];
};

const rowOf = (key: string, schema: Node, required: boolean, definitions: Definitions): ConfigRow => ({
  key,
  type: typeOf(schema, definitions),
  required,
  fallback: schema.default === undefined ? undefined : JSON.stringify(schema.default),
  bounds: boundsOf(schema),
  description: schema.description ?? '',
});

const merged = (one: ConfigRow, other: ConfigRow): ConfigRow => ({
  ...one,
  type: one.type === other.type ? one.type : `${one.type} or ${other.type}`,
  required: one.required && other.required,
  description: one.description === '' ? other.description : one.description,
});

const resolved = (schema: Node, definitions: Definitions): Node => {
  const name = schema.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : definitions[name];
  // What stands beside a $ref (its description, its default) wins over what it refers to.
  return target === undefined ? schema : { ...target, ...withoutUndefined(schema) };
};

const withoutUndefined = (schema: Node): Node =>
  Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined));

const formsOf = (schema: Node): readonly Node[] => [
  ...(schema.anyOf ?? []),
  ...(schema.oneOf ?? []),
  ...(schema.allOf ?? []),
];

/** The type in words: `integer`, `list: string`, `"s3" or "azure"`. */
const typeOf = (schema: Node, definitions: Definitions): string => {
  const here = resolved(schema, definitions);
  if (here.const !== undefined) return JSON.stringify(here.const);
  if (here.enum !== undefined) return oneOf(here.enum.map((value) => JSON.stringify(value)));
  if (here.type === 'array') {
    return here.items === undefined ? 'list' : `list: ${typeOf(here.items, definitions)}`;
  }
  if (here.type === 'object') return typeof here.additionalProperties === 'object' ? 'map' : 'object';
  const forms = formsOf(here).map((form) => typeOf(form, definitions));
  return here.type ?? (forms.length > 0 ? [...new Set(forms)].join(' or ') : 'any');
};

const oneOf = (values: readonly string[]): string =>
  values.length <= 3 ? values.join(' or ') : `one of ${values.join(', ')}`;

const boundsOf = (schema: Node): string =>
  [
    range(schema.minimum, schema.maximum, ''),
    schema.exclusiveMinimum === undefined ? '' : `> ${schema.exclusiveMinimum}`,
    schema.exclusiveMaximum === undefined ? '' : `< ${schema.exclusiveMaximum}`,
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minItems, schema.maxItems, ' entries'),
    formatOf(schema),
  ]
    .filter((part) => part !== '')
    .join(', ');

/** A format that has a name is told by it; zod's own checks (`starts_with`, `regex`) by their pattern. */
const formatOf = ({ format, pattern }: Node): string => {
  if (pattern === '^\\/.*') return 'begins with `/`';
  const named = format !== undefined && !['starts_with', 'ends_with', 'includes', 'regex'].includes(format);
  if (named) return format;
  return pattern === undefined ? '' : `\`${pattern}\``;
};

/** zod bounds every integer by what a double holds exactly; that says nothing to a reader. */
const range = (from: number | undefined, to: number | undefined, unit: string): string => {
  const low = from === undefined || from <= Number.MIN_SAFE_INTEGER ? undefined : from;
  const high = to === undefined || to >= Number.MAX_SAFE_INTEGER ? undefined : to;
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  if (low === 1 && high === undefined && unit !== '') return 'not empty';
  if (low !== undefined) return `at least ${low}${unit}`;
  return high === undefined ? '' : `at most ${high}${unit}`;
};
