import { expect, it } from 'vitest';
import { wantedWith } from '../testing/wanted.ts';
import { agentConfigs } from './agent-configs.ts';

const query = {
  name: 'pg_postmaster',
  sql: 'SELECT extract(epoch FROM pg_postmaster_start_time()) AS start_time_seconds',
  metrics: [{ column: 'start_time_seconds', help: 'When PostgreSQL was started.' }],
};
const exporterWith = (customQueries: readonly object[]) =>
  agentConfigs(wantedWith({ exporter: { customQueries } })).find(({ agent }) => agent === 'exporter');

it('hands spec.exporter.customQueries to the exporter as they stand', () => {
  const exporter = exporterWith([query]);
  expect(exporter?.problems).toEqual([]);
  expect(exporter?.config).toMatchObject({ customQueries: [query], postgres: { host: expect.any(String) } });
});

it('names what is wrong with one where the spec has it', () => {
  expect(exporterWith([query, { ...query, name: 'pg_replication' }, query])?.problems).toEqual([
    'spec.exporter.customQueries.1.name: a name whose metrics do not begin with pg_replication_, which is Howdah’s own',
    'spec.exporter.customQueries.2.name: a name that no other query has',
    expect.stringContaining('spec.exporter.customQueries.2.metrics.0.column: '),
  ]);
});
