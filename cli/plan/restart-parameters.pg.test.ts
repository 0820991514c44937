import { usePostgres } from '@howdah/testing/pg-test';
import { expect, it } from 'vitest';
import { needsRestart } from './restart-parameters.ts';

const server = usePostgres({ settings: { shared_preload_libraries: 'pg_stat_statements' } });

it('knows which parameters of this server wait for a restart, and takes no other one for such', async () => {
  const rows = await server().query(
    "SELECT name, context, current_setting('server_version_num')::int / 10000 AS version FROM pg_settings",
  );
  const wrong = (rows as { name: string; context: string; version: number }[]).filter(
    ({ name, context, version }) => needsRestart(name, version) !== (context === 'postmaster'),
  );
  expect(wrong).toEqual([]);
});
