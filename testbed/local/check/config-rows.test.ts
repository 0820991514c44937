import { expect, test } from 'vitest';
import * as z from 'zod';
import { configReference, configTable, withConfigTable } from './config-reference.ts';
import { configRows } from './config-rows.ts';

const rowsOf = (schema: z.ZodType) =>
  configRows(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
const rowOf = (schema: z.ZodType, key: string) => rowsOf(schema).find((row) => row.key === key);

test('a key tells type, default, bounds and what it does', () => {
  const schema = z.strictObject({
    intervalSeconds: z.int().min(1).max(3600).default(15).describe('How often.'),
  });
  expect(rowsOf(schema)).toEqual([
    {
      key: 'intervalSeconds',
      type: 'integer',
      required: false,
      fallback: '15',
      bounds: '1 to 3600',
      description: 'How often.',
    },
  ]);
});

test('what must be there and what may be left out are told apart', () => {
  const schema = z.strictObject({ stanza: z.string(), zone: z.string().optional() });
  expect(rowOf(schema, 'stanza')?.required).toBe(true);
  expect(rowOf(schema, 'zone')?.required).toBe(false);
});

test('an integer without bounds has none, though zod writes those of a double', () => {
  expect(rowOf(z.strictObject({ count: z.int() }), 'count')?.bounds).toBe('');
});

test('keys inside objects, lists and maps carry their path', () => {
  const schema = z.strictObject({
    postgres: z.strictObject({ port: z.int() }),
    schedules: z.array(z.strictObject({ cron: z.string() })),
    repositories: z.record(z.string(), z.strictObject({ path: z.string() })),
  });
  expect(rowsOf(schema).map(({ key }) => key)).toEqual([
    'postgres',
    'postgres.port',
    'schedules',
    'schedules[].cron',
    'repositories',
    'repositories.<name>.path',
  ]);
});

test('a key of several forms is one line that names each form', () => {
  const schema = z.strictObject({
    store: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('s3'), bucket: z.string() }),
      z.strictObject({ kind: z.literal('azure'), container: z.string() }),
    ]),
  });
  expect(rowOf(schema, 'store.kind')?.type).toBe('"s3" or "azure"');
  expect(rowsOf(schema).filter(({ key }) => key === 'store.kind')).toHaveLength(1);
});

test('a rule across keys does not hide the keys', () => {
  const schema = z.strictObject({ from: z.int(), to: z.int() }).superRefine(() => undefined);
  expect(rowsOf(schema).map(({ key }) => key)).toEqual(['from', 'to']);
});

test('a schema that is used twice is described at both places', () => {
  const path = z.string().startsWith('/').meta({ id: 'path', description: 'Absolute.' });
  const schema = z.strictObject({ one: path, other: path });
  expect(rowsOf(schema).map(({ description, bounds }) => [description, bounds])).toEqual([
    ['Absolute.', 'begins with `/`'],
    ['Absolute.', 'begins with `/`'],
  ]);
});

test('the table survives a vertical bar in a default', () => {
  const table = configTable(rowsOf(z.strictObject({ pattern: z.string().default('a|b') })));
  expect(table.split('\n').at(-1)).toContain('`"a\\|b"`');
});

test('the table goes between the markers of a README and nowhere else', () => {
  const readme = '# x\n<!-- config:begin -->\nold\n<!-- config:end -->\nend\n';
  const written = '# x\n<!-- config:begin -->\nnew\n<!-- config:end -->\nend\n';
  expect(withConfigTable(readme, 'new')).toBe(written);
  expect(withConfigTable(written, 'new')).toBe(written);
});

test('a README without markers gets them at its end, once', () => {
  const written = withConfigTable('# x\n', 'old');
  expect(written).toBe('# x\n\n## Configuration\n\n<!-- config:begin -->\nold\n<!-- config:end -->\n');
  expect(withConfigTable(written, 'new')).toBe(written.replace('old', 'new'));
});

test('the reference says what is required', () => {
  expect(configReference('backup', rowsOf(z.strictObject({ stanza: z.string() })))).toContain('**required**');
});
