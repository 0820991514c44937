import { createWriteStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HowdahError } from '@howdah/core/errors';
import { status } from '@howdah/status/status';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import { getJson } from '@howdah/testbed-tools/http';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import type { Cluster } from '../cluster/cluster.ts';
import { renderPgHba } from '../cluster/postgres-files.ts';
import type { Tell } from './narrator.ts';

/** Something that can be broken in the running demo, and mended again. */
export interface Breakage {
  readonly name: string;
  /** For the help text. */
  readonly summary: string;
  break(cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<void>;
  mend(cluster: Cluster, tell: Tell, signal: AbortSignal): Promise<void>;
}

const agent: Breakage = {
  name: 'agent',
  summary: 'kill the agents of the primary (SIGKILL)',
  break: async (cluster, tell, signal) => {
    const member = await cluster.primary(signal);
    member.suite.kill('SIGKILL');
    tell(`killed the agents of ${member.name}; PostgreSQL there does not notice`);
  },
  mend: async (cluster, tell) => {
    const down = cluster.members.filter((member) => !member.suite.running);
    for (const member of down) member.suite.start();
    tell(
      down.length === 0
        ? 'all agents are running'
        : `started the agents of ${down.map(({ name }) => name).join(', ')}`,
    );
  },
};

const store: Breakage = {
  name: 'store',
  summary: 'stop the object store',
  break: async (cluster, tell) => {
    await cluster.part('azurite').stop();
    tell('the object store is down; sealed audit segments wait on the members');
  },
  mend: async (cluster, tell) => {
    cluster.part('azurite').start();
    tell('the object store is back; what waited is uploaded and read back');
  },
};

const filler = 'filler-of-the-demo';

const logDisk: Breakage = {
  name: 'log-disk',
  summary: 'fill the log disk of the primary (as root)',
  break: async (cluster, tell, signal) => {
    const member = await cluster.primary(signal);
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    if (!mounts.includes(` ${member.logDirectory} tmpfs `)) {
      throw new HowdahError(
        errorCatalogue.refused,
        'the logs are on a disk that we share with others: only a demo run as root gives each member a small one of its own to fill',
      );
    }
    await fillDisk(join(member.logDirectory, filler));
    tell(`the log disk of ${member.name} is full; PostgreSQL goes on, its log records do not`);
  },
  mend: async (cluster, tell) => {
    for (const member of cluster.members) await rm(join(member.logDirectory, filler), { force: true });
    tell('the log disks have room again');
  },
};

/** Writes zeros until the file system takes no more. */
const fillDisk = async (path: string): Promise<void> => {
  const block = Buffer.alloc(1024 * 1024);
  const zeros = Readable.from(
    (function* () {
      for (;;) yield block;
    })(),
  );
  try {
    await pipeline(zeros, createWriteStream(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
};

const hba: Breakage = {
  name: 'hba',
  summary: 'write a pg_hba.conf with a mistake into every mounted directory',
  break: async (cluster, tell, signal) => {
    const mistake =
      'host    all          all                                         10.0.0.0/8     scram-sha-512\n';
    for (const member of cluster.members) {
      await member.changeConfig({ 'pg_hba.conf': `${renderPgHba()}${mistake}` });
    }
    tell('pg_hba.conf asks for scram-sha-512, which there is not');
    const reason = await waitFor('every member to refuse it', (s) => refusalOnAll(cluster, s), {
      deadlineMs,
      signal,
    });
    tell(`refused on every member, the last good one stays in force: ${reason}`);
  },
  mend: async (cluster, tell, signal) => {
    for (const member of cluster.members) await member.changeConfig({ 'pg_hba.conf': renderPgHba() });
    tell('pg_hba.conf is right again');
    await waitFor('it to be in force', (s) => inForceOnAll(cluster, s), { deadlineMs, signal });
    tell('in force on every member');
  },
};

/** Longer than config-reload takes to look again and to confirm. */
const deadlineMs = 45_000;

const reloadStatuses = (cluster: Cluster, signal: AbortSignal) =>
  Promise.all(
    cluster.members.map(async (member) => {
      const answer = status.parse(await getJson(`${member.agentUrl}/status`, signal));
      return answer.agents['config-reload']?.detail;
    }),
  );

/** The reason that every member gives, or undefined while one of them has not refused. */
const refusalOnAll = async (cluster: Cluster, signal: AbortSignal): Promise<string | undefined> => {
  const details = await reloadStatuses(cluster, signal);
  if (!details.every((detail) => detail?.phase === 'refused')) return undefined;
  const [problem] = details[0]?.problems ?? [];
  return problem === undefined ? 'no reason given' : `line ${problem.line ?? '?'}, ${problem.message}`;
};

const inForceOnAll = async (cluster: Cluster, signal: AbortSignal): Promise<boolean> =>
  (await reloadStatuses(cluster, signal)).every((detail) => detail?.phase === 'in-force');

export const breakages: readonly Breakage[] = [agent, store, logDisk, hba];

/** @throws HowdahError when there is nothing of this name to break. */
export const breakageOf = (name: string): Breakage => {
  const found = breakages.find((breakage) => breakage.name === name);
  if (found !== undefined) return found;
  const names = breakages.map((breakage) => breakage.name).join(', ');
  throw new HowdahError(errorCatalogue.refused, `there is no ${name} to break or mend; there are ${names}`);
};
