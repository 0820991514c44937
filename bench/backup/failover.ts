import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from '@howdah/testbed-local/cluster/cluster';
import type { Member } from '@howdah/testbed-local/cluster/member';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import * as z from 'zod';
import { requestFull, untilAgent } from './member-status.ts';

export const ways = ['switchover', 'kill -9'] as const;
export type Way = (typeof ways)[number];

/** Patroni’s history: timeline, position, reason, and when the next timeline began. */
const history = z.array(z.tuple([z.int(), z.int(), z.string(), z.string()]).rest(z.unknown()));

const promotedAt = async (member: Member, timeline: number, signal: AbortSignal): Promise<Date> =>
  waitFor(
    `the history of timeline ${timeline}`,
    async () => {
      const ended = history.parse(await getJson(`${member.patroniUrl}/history`, signal));
      const last = ended.find(([parent]) => parent === timeline - 1);
      return last === undefined ? undefined : new Date(last[3]);
    },
    { deadlineMs: 60_000, everyMs: 100, signal },
  );

/** Patroni and PostgreSQL of the primary at once, as when a machine goes. */
const killPrimary = async (cluster: Cluster, primary: Member, signal: AbortSignal): Promise<Member> => {
  const pidFile = await readFile(join(primary.dataDirectory, 'postmaster.pid'), 'utf8');
  primary.patroni.kill('SIGKILL');
  process.kill(Number(pidFile.split('\n', 1)[0]), 'SIGKILL');
  primary.suite.kill('SIGKILL');
  return waitFor(
    'another primary',
    async () => {
      const next = await cluster.primary(signal).catch(() => undefined);
      return next === primary ? undefined : next;
    },
    { deadlineMs: 120_000, everyMs: 100, signal },
  );
};

/**
 * Takes the primary away in the middle of a backup.
 *
 * @returns seconds from the first second of the new timeline, as Patroni’s history has it, to the start of pgBackRest
 * there, and to a good backup
 */
export const timeFailover = async (
  cluster: Cluster,
  way: Way,
  id: string,
  signal: AbortSignal,
): Promise<{ started: number; done: number }> => {
  const primary = await cluster.primary(signal);
  const before = await untilAgent('a timeline', primary, signal, ({ timeline }) => timeline);
  await requestFull(cluster, id, new Date(Math.floor(Date.now() / 1_000) * 1_000));
  await untilAgent('pgBackRest to run', primary, signal, ({ running }) => running?.pid);
  const to =
    way === 'switchover'
      ? (await cluster.switchover(signal)).to
      : await killPrimary(cluster, primary, signal);
  const startedMs = await untilAgent('pgBackRest to run', to, signal, ({ running }) =>
    running?.pid === undefined ? undefined : Date.now(),
  );
  const promoted = await promotedAt(to, before + 1, signal);
  primary.patroni.start();
  primary.suite.start();
  const doneMs = await untilAgent('the backup to be done', to, signal, ({ lastRun }) =>
    lastRun?.outcome === 'done' && lastRun.scheduleId.includes(id) ? Date.now() : undefined,
  );
  await waitForReplicas(cluster, signal);
  const since = (ms: number) => (ms - promoted.getTime()) / 1_000;
  return { started: since(startedMs), done: since(doneMs) };
};

const waitForReplicas = (cluster: Cluster, signal: AbortSignal) =>
  waitFor(
    'all members to stream again',
    async () => {
      const members = await cluster.view(signal);
      const streaming = members.filter(({ state }) => state === 'streaming').length;
      return streaming === cluster.members.length - 1;
    },
    { deadlineMs: 180_000, signal },
  );
