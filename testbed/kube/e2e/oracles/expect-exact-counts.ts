import { basename } from 'node:path';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import { samplesOf } from '@howdah/testbed-tools/samples';
import { countBySeverity, createLogTable, type SeverityCounts } from '@howdah/testbed-tools/severity-counts';
import { expect } from 'vitest';
import { type Patroni, superuserPassword } from '../patroni/patroni.ts';
import type { Pod } from '../patroni/pods.ts';
import { logFileSizes, readLogFile } from './log-files.ts';

/**
 * That the pod's agents have counted everything that its log files hold now, by file and severity, once: against
 * PostgreSQL's own CSV reader, a parser that shares nothing with ours.
 */
export const expectExactCounts = async (patroni: Patroni, pod: Pod): Promise<void> => {
  const sizes = await logFileSizes(patroni, pod);
  const { files, metrics } = await coherentCounts(patroni, pod, sizes);
  expect(files.map(({ name }) => basename(name)).sort(), `files of ${pod.name}`).toEqual(
    Object.keys(sizes).sort(),
  );
  const severities = samplesOf(metrics, 'postgres_severity').filter(({ value }) => value > 0);
  for (const { name, offsetBytes } of files) {
    const ours = Object.fromEntries(
      severities
        .filter(({ labels }) => labels.file === basename(name))
        .map(({ labels, value }) => [labels.severity, value]),
    );
    const theirs = await countByCopy(patroni, await readLogFile(patroni, pod, basename(name), offsetBytes));
    expect(ours, `counts of ${name} of ${pod.name}, ${offsetBytes} bytes`).toEqual(theirs);
  }
};

/**
 * Counts and offsets that belong together, and reach at least `sizes`: status, metrics and status again, until nothing
 * moved between. A log is never silent for long: sessions of Patroni and agents come and go.
 */
const coherentCounts = (patroni: Patroni, pod: Pod, sizes: Readonly<Record<string, number>>) =>
  waitFor(
    `the log of ${pod.name} to be counted`,
    async () => {
      const filesNow = async () => (await patroni.status(pod)).agents.logship?.detail?.files ?? [];
      const files = await filesNow();
      const metrics = await patroni.metrics(pod);
      const isThere = Object.entries(sizes).every(([name, size]) =>
        files.some((file) => basename(file.name) === name && file.offsetBytes >= size),
      );
      const isStill = JSON.stringify(files) === JSON.stringify(await filesNow());
      return isThere && isStill ? { files, metrics } : undefined;
    },
    { deadlineMs: 90_000, everyMs: 200, signal: patroni.signal, explain: patroni.lastWords },
  );

/** On the primary, whichever pod the bytes are from: a replica can make no table. */
const countByCopy = async (patroni: Patroni, csvlog: string): Promise<SeverityCounts> => {
  const database = `postgresql://postgres:${superuserPassword}@127.0.0.1/postgres`;
  const commands = [createLogTable, 'COPY log FROM STDIN (FORMAT csv)', countBySeverity];
  const psql = ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-d', database];
  const { name } = await patroni.primary();
  const args = [
    'exec',
    '-i',
    name,
    '-c',
    'postgres',
    '--',
    ...psql,
    ...commands.flatMap((sql) => ['-c', sql]),
  ];
  return JSON.parse(await patroni.kubectl(args, { input: csvlog, timeoutMs: 120_000 }));
};
