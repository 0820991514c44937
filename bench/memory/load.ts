import { join } from 'node:path';
import type { Cluster } from '@howdah/testbed-local/cluster/cluster';
import { makeOwned, writeOwned } from '@howdah/testbed-local/cluster/layout';
import { primaryConnection } from '@howdah/testbed-local/cluster/load';
import { stopStages } from '@howdah/testbed-tools/process/supervisor';
import { postgresBinaries } from '@howdah/testing/postgres-binaries';
import { runAs } from '@howdah/testing/run-as';

/** The load under which the budget of architecture.md holds. */
export const conditions = { databases: 53, transactionsPerSecond: 200, logMiBPerSecond: 1 } as const;

const messageBytes = 8 * 1024;
const messagesPerSecond = (conditions.logMiBPerSecond * 1024 * 1024) / messageBytes;

/** Audited statements and a megabyte of log each second, beside pgbench's own transactions. */
const chatter = `DO $$ BEGIN RAISE WARNING '%', repeat('elephant ', ${Math.floor(messageBytes / 9)}); END $$;\n`;
const audited = 'CREATE TEMPORARY TABLE note (seen timestamptz);\nDROP TABLE note;\n';

/** Makes the databases and starts the three loads; they follow the primary. */
export const startLoad = async (cluster: Cluster, signal: AbortSignal): Promise<void> => {
  const { layout, passwords, supervisor } = cluster;
  const env = { PGPASSWORD: passwords.app };
  const primary = await cluster.primary(signal);
  const [row] = await primary.query<{ databases: number }>(
    'SELECT count(*)::int AS databases FROM pg_database WHERE datallowconn',
  );
  for (let number = row?.databases ?? 0; number < conditions.databases; number += 1) {
    await primary.query(`CREATE DATABASE tenant_${number}`);
  }
  const pgbench = join(postgresBinaries(), 'pgbench');
  await runAs(layout.user, pgbench, ['-i', '-q', '-s', '1', primaryConnection(layout)], { env });
  const directory = join(layout.runDirectory, 'bench');
  await makeOwned(directory, layout.user, 0o755);
  const scripted = async (name: string, sql: string): Promise<string> => {
    const path = join(directory, `${name}.sql`);
    await writeOwned(path, sql, layout.user, 0o644);
    return `--file=${path}`;
  };
  const loads = [
    { id: 'transactions', rate: conditions.transactionsPerSecond, script: '--builtin=tpcb-like' },
    { id: 'chatter', rate: messagesPerSecond, script: await scripted('chatter', chatter) },
    { id: 'audited', rate: 5, script: await scripted('audited', audited) },
  ];
  for (const { id, rate, script } of loads) {
    await supervisor.start({
      id: `bench/${id}`,
      stage: stopStages.load,
      user: layout.user,
      file: pgbench,
      args: [
        '--client=2',
        '--jobs=1',
        `--rate=${rate}`,
        '--time=86400',
        '--no-vacuum',
        script,
        primaryConnection(layout),
      ],
      // The client need not see what the server's log is to hold.
      env: { ...env, PGOPTIONS: '-c client_min_messages=error' },
      logFile: join(layout.logs, `bench-${id}.log`),
      restartAfterMs: 1_000,
    });
  }
};
