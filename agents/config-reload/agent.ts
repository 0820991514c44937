import { dirname, join } from 'node:path';
import type { Clock } from '@howdah/core/clock';
import { patroniAddress } from '@howdah/patroni/address';
import { createPatroniClient, type PatroniClient } from '@howdah/patroni/client';
import { openSession } from '@howdah/postgres/connect';
import type { AgentDefinition, AgentInput } from '@howdah/runtime/agent';
import { readSecret } from '@howdah/runtime/secrets';
import { appliedPaths, createAppliedFiles } from './applied-files.ts';
import { CertificateKeeper, type Place } from './certificate-keeper.ts';
import { type ConfigReloadConfig, schema } from './config.ts';
import { ConfigReload } from './config-reload.ts';
import type { OpenSession } from './confirm.ts';
import { createMemory } from './memory.ts';
import { type ConfigReloadMetrics, createMetrics } from './metrics.ts';
import { readCertificate } from './read-certificate.ts';
import { Reloader } from './reloader.ts';
import {
  knownFingerprints,
  type RememberedCertificate,
  readWithRemembered,
  rememberedCertificate,
} from './remembered-certificate.ts';
import { servedByPostgres, servedByTls } from './served-certificate.ts';
import { requestReload } from './server.ts';
import { createTeller } from './tell.ts';

type CertificateConfig = NonNullable<ConfigReloadConfig['certificate']>;

const create = (input: AgentInput<ConfigReloadConfig, ConfigReloadMetrics>): ConfigReload => {
  const { config, metrics, logger, clock, progress, directories, stateDir } = input;
  const { postgres, hba, certificate } = config;
  const applied = config.applied.directory ?? join(directories.state, 'postgres');
  const openSession = sessionOf(config);
  const remembered = rememberedCertificate(stateDir);
  const patroni =
    config.patroni === undefined ? undefined : patroniOf(config.patroni, certificate, remembered);
  const reloader = new Reloader({
    sourceDirectory: directories.postgresSource,
    openSession,
    ...(patroni === undefined ? {} : { patroni }),
    files: createAppliedFiles(appliedPaths(applied), stateDir),
    memory: createMemory(stateDir),
    kept: {
      own: { host: postgres.host, user: postgres.user, hasPassword: postgres.passwordFile !== undefined },
      agentUsers: hba.agentUsers,
      superuser: hba.superuser,
      superuserFrom: hba.superuserFrom,
      replicationUser: hba.replicationUser,
      rewindUser: hba.rewindUser ?? hba.superuser,
      extra: hba.keep.map((login) => ({ ...login, why: 'hba.keep of config-reload.yaml' })),
    },
    preloadLibraries: config.preloadLibraries,
    confirmDeadlineMs: config.confirmSeconds * 1_000,
    clock,
    metrics,
  });
  return new ConfigReload({
    reloader,
    ...(certificate === undefined
      ? {}
      : { certificate: keeperOf(config, certificate, { openSession, patroni, remembered, clock }) }),
    watched: [
      ...new Set([
        directories.postgresSource,
        ...(certificate === undefined
          ? []
          : [dirname(certificate.certificateFile), dirname(certificate.keyFile)]),
      ]),
    ],
    pollMs: config.pollSeconds * 1_000,
    clock,
    metrics,
    teller: createTeller(logger),
    progress,
  });
};

/** Sessions are opened while there is something to do, and closed right after. */
const sessionOf = ({ postgres: { passwordFile, ...server } }: ConfigReloadConfig): OpenSession => {
  const options = {
    ...server,
    ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
    applicationName: 'howdah_config_reload',
    connectTimeoutMs: 5_000,
    statementTimeoutMs: 10_000,
    lockTimeoutMs: 2_000,
  };
  return (signal) => openSession(options, signal);
};

const patroniOf = (
  config: NonNullable<ConfigReloadConfig['patroni']>,
  certificate: CertificateConfig | undefined,
  remembered: RememberedCertificate,
): PatroniClient => {
  const { username, passwordFile, caFile } = config;
  return createPatroniClient({
    ...patroniAddress(config),
    ...(caFile === undefined ? {} : { readCa: () => readWithRemembered(caFile, remembered) }),
    ...(certificate === undefined
      ? {}
      : {
          readKnownFingerprints: () =>
            knownFingerprints(() => readCertificate(pairOf(certificate)), remembered),
        }),
    ...(username === undefined ? {} : { username }),
    ...(passwordFile === undefined ? {} : { readPassword: () => readSecret(passwordFile) }),
  });
};

/** Without the CA, by which nothing of the pair is judged. */
const pairOf = ({ certificateFile, keyFile }: CertificateConfig) => ({ certificateFile, keyFile });

interface KeeperTools {
  readonly openSession: OpenSession;
  readonly patroni: PatroniClient | undefined;
  readonly remembered: RememberedCertificate;
  readonly clock: Clock;
}

const keeperOf = (
  config: ConfigReloadConfig,
  certificate: CertificateConfig,
  { openSession, patroni, remembered, clock }: KeeperTools,
): CertificateKeeper => {
  const { caFile = config.patroni?.caFile } = certificate;
  const files = { ...pairOf(certificate), ...(caFile === undefined ? {} : { caFile }) };
  return new CertificateKeeper({
    read: () => readCertificate(files),
    places: placesOf(config, certificate),
    reload: async (signal) => {
      if (patroni !== undefined) return await patroni.order({ order: 'reload' }, signal);
      await using session = await openSession(signal);
      await requestReload(session, signal);
    },
    remembered,
    clock,
    random: Math.random,
  });
};

/** The ports that should serve the certificate: PostgreSQL's, and Patroni's where it speaks TLS. */
const placesOf = (
  { postgres, patroni }: ConfigReloadConfig,
  { host }: CertificateConfig,
): readonly Place[] => {
  const server = { host, port: postgres.port };
  const places: Place[] = [{ name: 'PostgreSQL', served: (signal) => servedByPostgres(server, signal) }];
  const url = patroni === undefined ? undefined : new URL(patroni.url);
  if (url?.protocol !== 'https:') return places;
  // An IPv6 address stands in brackets in a URL, and nowhere else.
  const rest = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || 443) };
  return [...places, { name: 'Patroni’s REST API', served: (signal) => servedByTls(rest, signal) }];
};

/** postgresql.conf, pg_hba.conf and pgaudit.conf from a mounted directory: checked, applied, confirmed, rolled back. */
export const agent: AgentDefinition<ConfigReloadConfig, ConfigReloadMetrics> = {
  name: 'config-reload',
  schema,
  createMetrics,
  create,
};
