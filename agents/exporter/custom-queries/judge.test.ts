import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { collectors } from '../collectors/all.ts';
import { schema } from '../config.ts';
import { type CustomQueryInput, customQuery } from '../testing/custom-query.ts';
import { ownPrefixOf } from './names.ts';

const problems = (customQueries: readonly CustomQueryInput[], more = {}): readonly string[] =>
  (schema.safeParse({ customQueries, ...more }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('customQueries in exporter.yaml', () => {
  it('needs a name, a statement and a column', () => {
    expect(schema.parse({ customQueries: [customQuery()] }).customQueries).toEqual([
      {
        ...{ name: 'orders', sql: 'SELECT 1 AS pending', labels: [], role: 'any', maxRows: 100 },
        metrics: [{ column: 'pending', type: 'gauge' }],
      },
    ]);
    expect(schema.parse({}).customQueries).toEqual([]);
  });

  it.each<readonly [Partial<CustomQueryInput>, string]>([
    [{ sql: ' ;\n' }, 'customQueries.0.sql: one statement'],
    [{ name: '9lives' }, 'customQueries.0.name: letters, digits and underscores, beginning with a letter'],
    [{ labels: ['__name__'] }, 'customQueries.0.labels.0: letters'],
    [{ labels: ['a"b'] }, 'customQueries.0.labels.0: letters'],
    [{ labels: ['a', 'a'] }, 'customQueries.0.labels.1: a label that is not there yet'],
    [{ metrics: [{ column: 'a b' }] }, 'customQueries.0.metrics.0.column: letters'],
    [{ metrics: [] }, 'customQueries.0.metrics: '],
    [{ maxRows: 1_000_000 }, 'customQueries.0.maxRows: '],
    [{ timeoutSeconds: 9 }, 'customQueries.0.timeoutSeconds: no more than statementTimeoutSeconds (5)'],
    [{ databases: ['a', 'a'] }, 'customQueries.0.databases.1: a database that is not there yet'],
    [{ databases: ['a'], labels: ['datname'] }, 'customQueries.0.labels.0: not datname'],
  ])('refuses %o', (more, said) => {
    expect(problems([customQuery(more)])).toEqual([expect.stringContaining(said)]);
  });

  it('refuses names that meet, in whichever way the words are cut', () => {
    const column = (name: string) => ({ metrics: [{ column: name }] });
    expect(
      problems([
        customQuery({ name: 'a', ...column('b_c') }),
        customQuery({ name: 'a_b', ...column('c') }),
        customQuery({ name: 'a', ...column('other') }),
      ]),
    ).toEqual([
      'customQueries.1.metrics.0.column: a metric that is not there yet (a_b_c is)',
      'customQueries.2.name: a name that no other query has',
    ]);
  });

  it('refuses names of Howdah’s own, and leaves queries.yaml’s others', () => {
    const named = (name: string, column = 'x') => problems([customQuery({ name, metrics: [{ column }] })]);
    const refused = 'customQueries.0.name: a name whose metrics do not begin with ';
    expect(named('pg_replication', 'lag')).toEqual([`${refused}pg_replication_, which is Howdah’s own`]);
    expect(named('pg', 'up')).toEqual([`${refused}pg_up, which is Howdah’s own`]);
    expect(named('howdah')).toHaveLength(1);
    expect(named('pg_stat_statements')).toEqual([]);
    expect(named('pg_postmaster', 'start_time_seconds')).toEqual([]);
  });

  it('has a time-out that fits where statements have less than a second', () => {
    expect(problems([customQuery()], { statementTimeoutSeconds: 0.5 })).toEqual([]);
  });
});

describe('the names that are Howdah’s own', () => {
  it('begin as the reference of metrics, postgres_exporter’s list and the collectors have them', async () => {
    const reference = await readFile(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');
    const list = await readFile(
      new URL('../testdata/postgres_exporter-metrics.tsv', import.meta.url),
      'utf8',
    );
    const names = [
      ...[...reference.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name = '']) => name),
      ...list.split('\n').map((line) => line.split('\t')[0] ?? ''),
      ...collectors.map(({ id }) => (id === 'static' ? 'pg_static' : `pg_${id}_`)),
    ].filter((name) => /^[a-z]/.test(name) && !name.startsWith('postgres_exporter_'));
    expect(names.length).toBeGreaterThan(400);
    expect(names.filter((name) => ownPrefixOf(name) === undefined)).toEqual([]);
  });
});
