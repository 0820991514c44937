import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogshipStatus } from '@howdah/status/logship';
import { status as statusSchema } from '@howdah/status/status';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { type Sample, scrape } from '@howdah/testbed-tools/samples';
import { soakMinutes } from '@howdah/testbed-tools/soak-minutes';
import { expect, it } from 'vitest';
import { recordsFile } from '../cluster/agent-config/logship.ts';
import { startLoad } from '../cluster/load.ts';
import type { Member } from '../cluster/member.ts';
import { countByCopy } from './count-by-copy.ts';
import { useCluster } from './use-cluster.ts';

const { cluster, signal } = useCluster({ basePort: 24_000 });

/** At least twenty, and on until the soak's time is over. */
const leastKills = 20;
const untilMs = performance.now() + soakMinutes(1) * 60_000;

const logshipOf = async (member: Member): Promise<LogshipStatus | undefined> =>
  statusSchema.parse(await getJson(`${member.agentUrl}/status`, signal())).agents.logship?.detail;

/** Counts and offsets that belong together: status, metrics and status again, until nothing moved between. */
const coherentCounts = (
  member: Member,
): Promise<{ files: LogshipStatus['files']; severities: readonly Sample[] }> =>
  waitFor(
    'a moment without new log records',
    async () => {
      const before = await logshipOf(member);
      const severities = await scrape(member.agentUrl, 'postgres_severity', signal());
      const after = await logshipOf(member);
      if (before === undefined || JSON.stringify(before.files) !== JSON.stringify(after?.files))
        return undefined;
      return { files: before.files, severities };
    },
    { deadlineMs: 30_000, signal: signal() },
  );

const startTimes = (): Promise<string[]> =>
  Promise.all(
    cluster().members.map(async (member) => {
      const [row] = await member.query<{ started: string }>(
        'SELECT pg_postmaster_start_time()::text AS started',
      );
      return row?.started ?? '';
    }),
  );

/** Records of all severities that the suite has counted so far. */
const counted = async (member: Member): Promise<number> =>
  (await scrape(member.agentUrl, 'postgres_severity', signal())).reduce((sum, { value }) => sum + value, 0);

it('S01: the suite killed -9 twenty times under load neither stops PostgreSQL nor loses or doubles a count', async () => {
  const primary = await cluster().primary(signal());
  const before = await startTimes();
  // Every statement of the load becomes a record: some hundreds a second.
  await primary.query('ALTER ROLE app SET log_min_duration_statement = 0');
  const load = await startLoad(cluster().supervisor, cluster().layout, cluster().passwords, 100);
  let highest = 0;
  for (let kill = 0; kill < leastKills || performance.now() < untilMs; kill += 1) {
    // From early in its start to well into its work: between 0 and 1.9 s in steps that repeat in no loop's rhythm.
    await delay((kill * 1_037) % 1_900);
    primary.suite.kill('SIGKILL');
    await waitFor('the suite to be dead', async () => !primary.suite.running, {
      deadlineMs: 5_000,
      signal: signal(),
    });
    primary.suite.start();
    await waitFor('the suite to answer', async () => (await logshipOf(primary)) !== undefined, {
      deadlineMs: 20_000,
      signal: signal(),
      explain: () => primary.suite.logTail(),
    });
    const total = await counted(primary);
    expect(total, `after kill ${kill + 1} the counters went back`).toBeGreaterThanOrEqual(highest);
    highest = total;
  }
  // Those of every kill are among them; how long it takes is the machine's matter.
  await waitFor('five thousand records to be counted', async () => (await counted(primary)) > 5_000, {
    deadlineMs: 120_000,
    signal: signal(),
    explain: () => primary.suite.logTail(),
  });
  await load.stop();

  const { files, severities } = await coherentCounts(primary);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const ours = Object.fromEntries(
      severities
        .filter(({ labels, value }) => labels.file === basename(file.name) && value > 0)
        .map(({ labels, value }) => [labels.severity, value]),
    );
    expect(ours, `counts of ${file.name}`).toEqual(await countByCopy(primary, file.name, file.offsetBytes));
  }

  // Every record went into the file sink once: as many different ids as lines, as many lines as counted.
  const lines = (await readFile(recordsFile(primary.layout), 'utf8')).trimEnd().split('\n');
  const ids = new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
  expect(ids.size).toBe(lines.length);

  expect(await startTimes()).toEqual(before);
});
