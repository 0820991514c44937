import { readFile } from 'node:fs/promises';
import { createPatroniClient } from '@howdah/patroni/client';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { readInfo } from '@howdah/pgbackrest/info';
import { createStanza } from '@howdah/pgbackrest/stanza';
import { readVersion, takesAnnotations, type Version } from '@howdah/pgbackrest/version';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { environmentWith } from '@howdah/runtime/environment';
import { readSecret } from '@howdah/runtime/secrets';
import { dueTimes } from '@howdah/schedule/due-times';
import { BackupAgent } from './backup-agent.ts';
import { type Config, schema } from './config.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { patroniRole } from './patroni-role.ts';
import type { Repository } from './ports.ts';
import { createRepositoryWatch } from './repository-watch.ts';
import { answerDeadlineMs, createRoleWatch } from './role-watch.ts';
import { createServer } from './server.ts';
import { createWake, eachMinute } from './wake.ts';

const create = (input: AgentInput<Config, Metrics>): BackupAgent => {
  const { config, clock } = input;
  const patroni = patroniOf(config);
  const server = serverOf(config);
  const repository = repositoryOf(config);
  const configured = [...new Set([...config.schedules, ...config.requests].flatMap(({ repos }) => repos))];
  return new BackupAgent({
    stanza: config.stanza,
    schedules: config.schedules.map((schedule) => ({
      ...schedule,
      times: dueTimes(schedule.cron, schedule.timeZone),
    })),
    requests: config.requests.map((request) => ({ ...request, at: new Date(request.at) })),
    initialBackup: config.initialBackup,
    retry: { initialMs: config.retry.initialSeconds * 1_000, maxMs: config.retry.maxSeconds * 1_000 },
    member: input.member,
    role: createRoleWatch({
      patroni: patroni === undefined ? undefined : patroniRole(patroni),
      server,
      clock,
    }),
    repositories: createRepositoryWatch({ repository, configured, clock }),
    ...{ repository, server, clock, eachMinute },
    random: Math.random,
    logger: input.logger,
    metrics: input.metrics,
    progress: input.progress,
    wake: createWake(clock),
    infoIntervalMs: config.pgbackrest.infoIntervalSeconds * 1_000,
    archiveIntervalMs: config.archiveIntervalSeconds * 1_000,
    close: () => patroni?.close(),
  });
};

const patroniOf = ({ role, patroni }: Config) => {
  if (role.source === 'postgres' || patroni === undefined) return undefined;
  const { url, caFile } = patroni;
  return createPatroniClient({
    url,
    ...(caFile === undefined ? {} : { readCa: () => readFile(caFile, 'utf8') }),
    deadlineMs: answerDeadlineMs,
  });
};

const serverOf = ({ postgres: { passwordFile, ...address } }: Config) =>
  createServer({
    ...address,
    ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
    applicationName: 'howdah_backup',
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
  });

const repositoryOf = ({ stanza, pgbackrest, postgres: { passwordFile } }: Config): Repository => {
  const { binary, configFile } = pgbackrest;
  const program = {
    ...{ binary, stanza },
    ...(configFile === undefined ? {} : { configFile }),
    // It logs in as the same role as the agent.
    ...(passwordFile === undefined
      ? {}
      : { environment: async () => environmentWith({ PGPASSWORD: await readSecret(passwordFile) }) }),
  };
  let version: Version | undefined;
  const graceMs = pgbackrest.stopGraceSeconds * 1_000;
  const within = (seconds: number, signal: AbortSignal) => ({ signal, graceMs, timeoutMs: seconds * 1_000 });
  return {
    info: (signal, repo) =>
      readInfo(program, {
        ...within(pgbackrest.timeoutSeconds, signal),
        ...(repo === undefined ? {} : { repo }),
      }),
    createStanza: (signal) => createStanza(program, within(pgbackrest.stanzaTimeoutSeconds, signal)),
    backup: async (request, signal) => {
      version ??= await readVersion(program, within(pgbackrest.timeoutSeconds, signal));
      const annotations = takesAnnotations(version) ? request.annotations : {};
      await takeBackup(program, {
        ...within(pgbackrest.backupTimeoutSeconds, signal),
        ...request,
        annotations,
      });
    },
  };
};

/** pgBackRest's backups on schedule, by whichever member is primary. */
export const agent: AgentDefinition<Config, Metrics> = { name: 'backup', schema, createMetrics, create };
