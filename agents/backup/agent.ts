import { randomUUID } from 'node:crypto';
import { openRepositoryStore } from '@howdah/objectstore/open-store';
import { patroniAddress } from '@howdah/patroni/address';
import { createPatroniClient } from '@howdah/patroni/client';
import { listArchive, readTimelineHistory } from '@howdah/pgbackrest/archive';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { expireBackups } from '@howdah/pgbackrest/expire';
import { readInfo } from '@howdah/pgbackrest/info';
import { stopOrphans } from '@howdah/pgbackrest/orphans';
import { reachRepository } from '@howdah/pgbackrest/reach';
import { checkStanza, createStanza, upgradeStanza } from '@howdah/pgbackrest/stanza';
import { tryConfiguration } from '@howdah/pgbackrest/try-configuration';
import { verifyRepository } from '@howdah/pgbackrest/verify';
import { readVersion, takesAnnotations, type Version } from '@howdah/pgbackrest/version';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { openControlSocket } from '@howdah/runtime/control-socket';
import { controlSocket } from '@howdah/runtime/directories';
import { bareEnvironmentWith, environmentWith } from '@howdah/runtime/environment';
import { readSecret } from '@howdah/runtime/secrets';
import { sendSignal } from '@howdah/runtime/send-signal';
import { dueTimes } from '@howdah/schedule/due-times';
import { lookIntoWal } from './archive/wal-directory.ts';
import { BackupAgent } from './backup-agent.ts';
import { defaultVerifySeconds } from './config/due.ts';
import { type Config, schema } from './config.ts';
import { Hooks } from './hooks/hooks.ts';
import { createHookRunner } from './hooks/run-hook.ts';
import { Journal } from './journal/journal.ts';
import { Journals } from './journal/journals.ts';
import { journalPrefix, marksPrefix, verifiesPrefix } from './journal/key.ts';
import { objectJournalStore } from './journal/object-store.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { annotationKeys } from './model.ts';
import type { Archive, Hook, Repository, Verifier } from './ports.ts';
import { configFileOf, programEnvironment, programWith } from './program.ts';
import { Renderer } from './render/renderer.ts';
import { wantedConfiguration } from './render/wanted.ts';
import { markSuperseded } from './repository/mark-superseded.ts';
import { othersOf } from './repository/others.ts';
import { StanzaMemory, seenStanzasFile } from './repository/stanza-memory.ts';
import { createStanzaWatch } from './repository/stanza-watch.ts';
import { createStorageWatch } from './repository/storage-watch.ts';
import { presentLine } from './repository/superseded.ts';
import { VolumeMarks } from './repository/volume-marks.ts';
import { createRepositoryWatch } from './repository/watch.ts';
import { patroniRole } from './role/patroni-role.ts';
import { createTimelineHistory } from './role/timeline-history.ts';
import { answerDeadlineMs, createRoleWatch } from './role/watch.ts';
import { createServer } from './server.ts';
import { VerifyJournal } from './verification/journal.ts';
import { createMemoryStore } from './verification/memory-store.ts';
import { Verifications } from './verification/verifications.ts';
import { createWake, eachMinute } from './wake.ts';

const create = (input: AgentInput<Config, Metrics>): BackupAgent => {
  const { config, clock } = input;
  const patroni = patroniOf(config);
  const server = serverOf(config);
  const version = versionOf(config);
  const repository = repositoryOf(config, version);
  const timed = [
    ...config.schedules,
    ...config.requests,
    ...(config.verify === undefined ? [] : [config.verify]),
  ];
  const configured = [...new Set(timed.flatMap(({ repos }) => repos))];
  const journals = journalsOf(input);
  const history = createTimelineHistory(patroni);
  const role = createRoleWatch({
    patroni: patroni === undefined ? undefined : patroniRole(patroni),
    ...{ server, clock, standbyLeaderBacksUp: config.role.standbyLeaderBacksUp },
  });
  const stanzas = createStanzaWatch({
    repositories: createRepositoryWatch({ repository, configured, clock }),
    ...{ server, volumes: journals.volumes, clock, logger: input.logger },
    memory: memoryOf(input),
    others: (signal) => othersOf(patroni, input.member, signal),
    upgradeFrom: config.stanzaUpgradeFrom,
  });
  const repositories = markSuperseded(stanzas.repositories, () => presentLine(role.view(), history.known()));
  const retry = { initialMs: config.retry.initialSeconds * 1_000, maxMs: config.retry.maxSeconds * 1_000 };
  return new BackupAgent({
    stanza: config.stanza,
    schedules: config.schedules.map((schedule) => ({
      ...schedule,
      times: dueTimes(schedule.cron, schedule.timeZone),
    })),
    ...requestsOf(config),
    initialBackup: config.initialBackup,
    ...{ retry, member: input.member, role, repositories, stanzas },
    storage: createStorageWatch({
      configFile: configFileOf(config),
      stanza: config.stanza,
      environment: () => programEnvironment(config, environmentWith({})),
      clock,
    }),
    renderer: rendererOf(input),
    ...{ repository, server, clock, eachMinute },
    version,
    journals: journals.journals,
    verifications: new Verifications({
      ...{
        schedule: verifyScheduleOf(config),
        journals: journals.verifies,
        verifier: verifierOf(config, version),
      },
      forgetfulJournal: () => new VerifyJournal({ store: createMemoryStore(), prefix: '', clock }),
      ...{ repositories, role, retry, clock, member: input.member, agent: journals.agent },
      ...{ random: Math.random, logger: input.logger },
    }),
    hooks: hooksOf(input),
    whenFull: config.whenFull,
    openControl: (routes) => openControlSocket(controlSocket(input.directories, 'backup'), routes),
    primary: async (signal) =>
      (await patroni?.cluster(signal))?.members.find(({ role }) => role === 'primary')?.name,
    history,
    configFile: configFileOf(config),
    configPath: config.pgbackrest.render?.directory,
    walDirectory: { look: lookIntoWal },
    archive: archiveOf(config),
    random: Math.random,
    logger: input.logger,
    metrics: input.metrics,
    progress: input.progress,
    wake: createWake(clock),
    infoIntervalMs: config.pgbackrest.infoIntervalSeconds * 1_000,
    archiveIntervalMs: config.archiveIntervalSeconds * 1_000,
    close: () => {
      patroni?.close();
      journals.close();
    },
  });
};

/** Told apart by their type: a backup is seen in the repository, an expiration is not. */
const requestsOf = ({ requests }: Config) => ({
  requests: requests.flatMap(({ type, at, ...rest }) =>
    type === 'expire' ? [] : [{ ...rest, type, at: new Date(at) }],
  ),
  expirations: requests.flatMap(({ type, at, ...rest }) =>
    type === 'expire' ? [{ ...rest, at: new Date(at) }] : [],
  ),
});

const hooksOf = ({ config, logger, metrics }: AgentInput<Config, Metrics>) => {
  const named = (when: 'before' | 'after'): readonly Hook[] =>
    config.hooks[when].map(({ command, timeoutSeconds }, index) => ({
      ...{ key: `hooks.${when}.${index}`, command, timeoutMs: timeoutSeconds * 1_000 },
    }));
  const runner = createHookRunner({
    ...{ graceMs: config.pgbackrest.stopGraceSeconds * 1_000, send: sendSignal, logger },
    environment: bareEnvironmentWith,
  });
  const onFailure = (when: 'before' | 'after') => metrics.hookFailures.inc({ when });
  const each = { before: named('before'), after: named('after') };
  return new Hooks({ stanza: config.stanza, ...each, ...{ runner, logger, onFailure } });
};

const journalsOf = ({ config, member, clock, logger }: AgentInput<Config, Metrics>) => {
  const opened = config.repositories.filter(holdsJournal).map(({ repo, path = '', ...store }) => ({
    repo,
    store: objectJournalStore(() => openRepositoryStore(store, readSecret)),
    prefix: journalPrefix(path, config.stanza),
    verifies: verifiesPrefix(path, config.stanza),
    marks: marksPrefix(path, config.stanza),
    volume: store.volume,
  }));
  const volumes = opened.flatMap(({ repo, store, marks: prefix, volume }) => {
    if (volume === undefined) return [];
    return [[repo, volume.shared ? new VolumeMarks({ store, prefix, member, clock }) : undefined] as const];
  });
  const journals = new Map(
    opened.map(({ repo, store, prefix }) => [repo, new Journal({ store, prefix, clock })] as const),
  );
  const agent = randomUUID();
  return {
    agent,
    journals: new Journals({ journals, member, clock, logger, agent }),
    volumes: new Map(volumes),
    verifies: new Map(
      opened.map(
        ({ repo, store, verifies }) => [repo, new VerifyJournal({ store, prefix: verifies, clock })] as const,
      ),
    ),
    close: () => {
      for (const { store } of opened) store.close();
    },
  };
};

const memoryOf = ({ config, stateDir, clock, logger }: AgentInput<Config, Metrics>): StanzaMemory => {
  const directories = config.repositories.flatMap(({ repo, volume }) =>
    volume === undefined ? [] : [[repo, volume.directory] as const],
  );
  return new StanzaMemory({
    file: seenStanzasFile(stateDir),
    ...{ stanza: config.stanza, directories: new Map(directories), clock, logger },
  });
};

/** The agent has no way into a store that lets pgBackRest in by an identity of Azure’s, or by a token of Google’s. */
const holdsJournal = ({ azure, gcs, keyType }: Config['repositories'][number]): boolean =>
  (gcs === undefined || keyType !== 'token') &&
  (azure === undefined || (azure.accountKeyFile ?? azure.sasTokenFile) !== undefined);

const patroniOf = ({ role, patroni }: Config) => {
  if (role.source === 'postgres' || patroni === undefined) return undefined;
  return createPatroniClient({ ...patroniAddress(patroni), deadlineMs: answerDeadlineMs });
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

const programOf = (config: Config) => programWith(config, environmentWith);

const rendererOf = ({ config, clock, logger }: AgentInput<Config, Metrics>): Renderer | undefined => {
  const { render, timeoutSeconds } = config.pgbackrest;
  if (render === undefined) return undefined;
  return new Renderer({
    directory: render.directory,
    wanted: wantedConfiguration({ ...config, render }),
    readSecret,
    tryOut: ({ configFile, includePath }, signal) =>
      tryConfiguration(
        { ...programOf(config), configFile, configIncludePath: includePath },
        { signal, timeoutMs: timeoutSeconds * 1_000 },
      ),
    ...{ clock, logger },
  });
};

const verifyScheduleOf = ({ verify }: Config) =>
  verify === undefined ? undefined : { ...verify, times: dueTimes(verify.cron, verify.timeZone) };

type ReadVersion = Verifier['version'];

/** Asked until it is known: the program does not change while a container runs. */
const versionOf = (config: Config): ReadVersion => {
  let known: Version | undefined;
  return async (signal) => {
    known ??= await readVersion(programOf(config), {
      ...{ signal, timeoutMs: config.pgbackrest.timeoutSeconds * 1_000 },
    });
    return known;
  };
};

const verifierOf = (config: Config, version: ReadVersion): Verifier => {
  const { stopGraceSeconds } = config.pgbackrest;
  const seconds = config.verify?.timeoutSeconds ?? defaultVerifySeconds;
  const within = { graceMs: stopGraceSeconds * 1_000, timeoutMs: seconds * 1_000 };
  return {
    version,
    verify: (repo, signal) => verifyRepository(programOf(config), { ...within, signal, repo }),
  };
};

const archiveOf = (config: Config): Archive => {
  const program = programOf(config);
  const timeoutMs = config.pgbackrest.timeoutSeconds * 1_000;
  return {
    names: (place, directory, signal) => listArchive(program, { ...place, timeoutMs, signal }, directory),
    history: (place, file, signal) => readTimelineHistory(program, { ...place, timeoutMs, signal }, file),
  };
};

const repositoryOf = (config: Config, version: ReadVersion): Repository => {
  const { pgbackrest } = config;
  const program = programOf(config);
  const graceMs = pgbackrest.stopGraceSeconds * 1_000;
  const within = (seconds: number, signal: AbortSignal) => ({ signal, graceMs, timeoutMs: seconds * 1_000 });
  return {
    info: (signal, repo) =>
      readInfo(program, {
        ...within(pgbackrest.timeoutSeconds, signal),
        ...(repo === undefined ? {} : { repo }),
      }),
    reach: (repo, signal) => reachRepository(program, { ...within(probeSeconds(pgbackrest), signal), repo }),
    createStanza: (signal) => createStanza(program, within(pgbackrest.stanzaTimeoutSeconds, signal)),
    upgradeStanza: (signal) => upgradeStanza(program, within(pgbackrest.stanzaTimeoutSeconds, signal)),
    checkStanza: (signal) => checkStanza(program, within(pgbackrest.stanzaTimeoutSeconds, signal)),
    backup: async (request, signal) => {
      const annotations = takesAnnotations(await version(signal)) ? request.annotations : {};
      await takeBackup(program, {
        ...within(pgbackrest.backupTimeoutSeconds, signal),
        ...request,
        annotations,
      });
    },
    stopOrphans: (member, signal) =>
      stopOrphans(program, [annotationKeys.member, member], { graceMs, signal, send: sendSignal }),
    expire: async (repo, signal, label) => {
      await expireBackups(program, {
        ...within(pgbackrest.expireTimeoutSeconds, signal),
        repo,
        ...(label === undefined ? {} : { set: label }),
      });
    },
  };
};

/** Long enough for pgBackRest to say by itself whom it does not reach, short enough to be told within a minute. */
const probeSeconds = ({ timeoutSeconds }: Config['pgbackrest']): number => Math.min(timeoutSeconds, 20);

/** pgBackRest's backups on schedule, by whichever member is primary. */
export const agent: AgentDefinition<Config, Metrics> = { name: 'backup', schema, createMetrics, create };
