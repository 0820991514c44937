import { join } from 'node:path';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import { runAs } from '@howdah/testing/run-as';
import { type ClusterLayout, makeOwned, type Passwords, writeOwned } from './layout.ts';

/** libpq tries the members in turn until one takes writes: the load follows every failover. */
export const primaryConnection = (layout: ClusterLayout): string => {
  const hosts = layout.members.map(() => '127.0.0.1').join(',');
  const ports = layout.ports.postgres.join(',');
  return `host=${hosts} port=${ports} dbname=app user=app target_session_attrs=read-write connect_timeout=3`;
};

/** Now and then somebody changes the schema, a right or makes a mistake: records to count and to audit. */
const occasionalScript = `CREATE TABLE IF NOT EXISTS visitors_:client_id (seen timestamptz DEFAULT now());
GRANT SELECT ON visitors_:client_id TO PUBLIC;
INSERT INTO visitors_:client_id DEFAULT VALUES;
DO $$ BEGIN RAISE WARNING 'the elephant looks around'; END $$;
DROP TABLE visitors_:client_id;
`;

/** A light pgbench load, started again whenever a failover has ended its connections. */
export const startLoad = async (
  supervisor: Supervisor,
  layout: ClusterLayout,
  passwords: Passwords,
  transactionsPerSecond: number,
): Promise<Managed> => {
  const directory = join(layout.runDirectory, 'load');
  const occasional = join(directory, 'occasional.sql');
  await makeOwned(directory, layout.user, 0o755);
  await writeOwned(occasional, occasionalScript, layout.user, 0o644);
  const pgbench = join(postgresBinaries(), 'pgbench');
  const env = { PGPASSWORD: passwords.app };
  await runAs(layout.user, pgbench, ['-i', '-q', '-s', '1', primaryConnection(layout)], { env });
  return supervisor.start({
    id: 'load',
    stage: stopStages.load,
    user: layout.user,
    file: pgbench,
    args: [
      ...['--client=2', '--jobs=1', `--rate=${transactionsPerSecond}`, '--time=86400', '--no-vacuum'],
      ...['--builtin=tpcb-like@99', `--file=${occasional}@1`],
      primaryConnection(layout),
    ],
    env,
    logFile: join(layout.logs, 'load.log'),
    restartAfterMs: 1_000,
  });
};
