import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getJson } from '@howdah/testbed-tools/http';
import { type Managed, type Supervisor, stopStages } from '@howdah/testbed-tools/process/supervisor';
import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import * as z from 'zod';
import { type ClusterLayout, type MemberLayout, type Passwords, writeOwned } from './layout.ts';
import {
  bootstrapScript,
  bootstrapSql,
  type PatroniTiming,
  renderBootstrapScript,
  renderBootstrapSql,
  renderPatroniConfig,
  type ServerTls,
} from './patroni-config.ts';

const rolesSql = new URL('../../../shared/postgres/roles.sql', import.meta.url);

/** Writes what one Patroni reads and starts it; it becomes primary or replica on its own. */
export const startPatroni = async (
  supervisor: Supervisor,
  layout: ClusterLayout,
  member: MemberLayout,
  options: {
    readonly passwords: Passwords;
    readonly timing: PatroniTiming;
    readonly patroni: string;
    /** Absent, both speak without TLS. */
    readonly tls?: ServerTls;
  },
): Promise<Managed> => {
  const { passwords, timing, tls } = options;
  const { user } = layout;
  await writeOwned(member.patroniConfig, renderPatroniConfig(layout, member, passwords, timing, tls), user);
  await writeOwned(
    bootstrapSql(member),
    renderBootstrapSql(await readFile(rolesSql, 'utf8'), passwords),
    user,
  );
  await writeOwned(bootstrapScript(member), renderBootstrapScript(member), user, 0o700);
  supervisor.remember({ dataDirectories: [member.dataDirectory] });
  return supervisor.start({
    id: `patroni/${member.name}`,
    stage: stopStages.members,
    user,
    file: options.patroni,
    args: [member.patroniConfig],
    env: { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' },
    logFile: join(layout.logs, `patroni-${member.name}.log`),
    // PostgreSQL's shutdown waits for the archiver; past this it is ended at once (see stop-run.ts).
    stopDeadlineMs: 15_000,
  });
};

const clusterAnswer = z.object({
  members: z.array(
    z.object({
      name: z.string(),
      role: z.string(),
      state: z.string(),
      timeline: z.int().optional(),
      lag: z.union([z.number(), z.string()]).optional(),
    }),
  ),
});
export type ClusterMember = z.infer<typeof clusterAnswer>['members'][number];

/** Patroni's own view of all members, from whichever of `urls` answers first in their order. */
export const readCluster = async (
  urls: readonly string[],
  signal: AbortSignal,
): Promise<readonly ClusterMember[]> => {
  let last: unknown;
  for (const url of urls) {
    try {
      return clusterAnswer.parse(await getJson(`${url}/cluster`, signal)).members;
    } catch (error) {
      last = error;
    }
  }
  throw new Error('no Patroni answers', { cause: last });
};

/** True for Patroni 3's `master` too, and for 4's `primary`; `leader` is what /cluster says. */
export const isPrimary = (member: ClusterMember): boolean =>
  ['leader', 'master', 'primary'].includes(member.role);

/** Waits until one member is a running primary and all others stream from it. */
export const waitForCluster = (
  urls: readonly string[],
  patronis: readonly Managed[],
  signal: AbortSignal,
): Promise<ClusterMember> =>
  waitFor(
    'a primary and two streaming replicas',
    async (s) => {
      const members = await readCluster(urls, s);
      const primary = members.find((member) => isPrimary(member) && member.state === 'running');
      const streaming = members.filter((member) => member.state === 'streaming');
      return primary !== undefined && streaming.length === urls.length - 1 ? primary : undefined;
    },
    {
      deadlineMs: 120_000,
      everyMs: 250,
      signal,
      alive: () => patronis.every((patroni) => patroni.running),
      explain: async () => (await Promise.all(patronis.map((patroni) => patroni.logTail(8)))).join('\n--\n'),
    },
  );
