import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';

type Schema = Readonly<Record<string, unknown>>;

const groupVersionKind = z.object({ group: z.string(), version: z.string(), kind: z.string() });
const definition = z.looseObject({
  'x-kubernetes-group-version-kind': z.array(groupVersionKind).default([]),
});
const openApi = z.object({ definitions: z.record(z.string(), definition) });

/** kubeconform's name of a kind: `deployment-apps-v1`, `role-rbac-v1`; the dots of a group's domain are left out. */
const fileOf = ({ group, version, kind }: z.infer<typeof groupVersionKind>): string =>
  [kind.toLowerCase(), ...(group === '' ? [] : [group.split('.')[0]]), version].join('-');

/** Written as a string or as a number, which OpenAPI 2 cannot say. */
const either = (types: readonly string[]): Schema => ({ type: types });

const isRecord = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A definition that refuses keys it does not know, as the API server does when asked to be strict. */
const strict = (schema: unknown): unknown => {
  if (!isRecord(schema)) return schema;
  if (schema.format === 'int-or-string') return either(['string', 'integer']);
  const { description: _, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(isRecord(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, property]) => [name, strict(property)]),
          ),
          additionalProperties: false,
        }
      : {}),
    ...(additionalProperties === undefined ? {} : { additionalProperties: strict(additionalProperties) }),
  };
};

const quantity = 'io.k8s.apimachinery.pkg.api.resource.Quantity';

/**
 * Writes a JSON schema for each kind of Kubernetes into a directory, of the OpenAPI document that its source has beside
 * it: those that kubeconform knows of itself lie on a server.
 *
 * @returns the value of kubeconform's `-schema-location`.
 */
export const writeKubernetesSchemas = async (source: string, directory: string): Promise<string> => {
  const text = await readFile(join(source, 'api/openapi-spec/swagger.json'), 'utf8');
  const { definitions } = openApi.parse(JSON.parse(text));
  const all = join(directory, 'all.json');
  const strictly = Object.entries(definitions).map(([name, schema]) => [name, strict(schema)]);
  const whole = { ...Object.fromEntries(strictly), [quantity]: either(['string', 'number']) };
  await writeFile(all, JSON.stringify({ definitions: whole }));
  for (const [name, { 'x-kubernetes-group-version-kind': kinds }] of Object.entries(definitions)) {
    const [kind, ...others] = kinds;
    // What belongs to every group, such as DeleteOptions, is no object of a chart.
    if (kind === undefined || others.length > 0) continue;
    const $ref = `${pathToFileURL(all).href}#/definitions/${name}`;
    await writeFile(join(directory, `${fileOf(kind)}.json`), JSON.stringify({ $ref }));
  }
  return join(directory, '{{ .ResourceKind }}{{ .KindSuffix }}.json');
};
