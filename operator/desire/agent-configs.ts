import type { ClusterSpec } from '@howdah/kinds/postgres-cluster';
import { type AgentName, agentSections } from '../agent-sections.ts';
import { auditStore } from './audit-store.ts';
import { authorityIn } from './authority.ts';
import { paths, ports, stanza } from './paths.ts';
import { backupRepositories } from './repository-stores.ts';
import { serverNameOf, type Wanted } from './wanted.ts';

type Values = Readonly<Record<string, unknown>>;

/** One agent's file, and what is wrong with it; a wrong one is not handed out. */
export interface AgentConfig {
  readonly agent: AgentName;
  readonly config: Values;
  /** `spec.backup.schedules.0.cron: five fields`; empty when all is well. */
  readonly problems: readonly string[];
}

/** Patroni of the agents' own pod. */
const patroniOf = (wanted: Wanted): Values => {
  const { tls } = wanted.spec;
  if (tls === undefined) return { url: `http://127.0.0.1:${ports.patroni}` };
  const hasAuthority = authorityIn(wanted.secrets[tls.secretName]) !== undefined;
  return {
    url: `https://127.0.0.1:${ports.patroni}`,
    serverName: serverNameOf(wanted),
    ...(hasAuthority ? { caFile: `${paths.tls}/ca.crt` } : {}),
  };
};

const postgres = { host: paths.socket };

/** pgbackrest.conf is made of it and of the repositories. */
const render = {
  directory: paths.pgbackrestConfig,
  dataDirectory: paths.pgdata,
  options: {
    'start-fast': 'y',
    'compress-type': 'lz4',
    'lock-path': paths.pgbackrestLock,
    'log-level-console': 'warn',
    'log-level-file': 'off',
    // Asynchronous archiving would need a spool that both containers write.
    'archive-timeout': '60',
  },
};

/** What follows from the cluster itself; a spec may say otherwise, key by key. */
const known = (wanted: Wanted): Readonly<Record<AgentName, Values | undefined>> => {
  const { namespace, name, spec } = wanted;
  const patroni = patroniOf(wanted);
  return {
    backup:
      spec.backup.repositories === undefined
        ? undefined
        : {
            stanza,
            patroni,
            postgres,
            pgbackrest: { render },
            repositories: backupRepositories(wanted),
            schedules: [],
          },
    exporter: { patroni, postgres },
    logship: { logDirectory: paths.log, sinks: [{ id: 'stdout', stdout: {} }] },
    'audit-upload': spec.audit.enabled
      ? {
          logDirectory: paths.log,
          prefix: `${namespace}/${name}`,
          ...auditStore(wanted),
        }
      : undefined,
    'config-reload': {
      patroni: {
        ...patroni,
        username: 'patroni',
        passwordFile: `${paths.patroniRest}/password`,
      },
      postgres,
      preloadLibraries: spec.postgres.preloadLibraries,
      ...(spec.tls === undefined
        ? {}
        : { certificate: { certificateFile: `${paths.tls}/tls.crt`, keyFile: `${paths.tls}/tls.key` } }),
    },
  };
};

/** Keys of a section that are the operator's own, and no agent's. */
type OwnKey = keyof ClusterSpec['audit'] | keyof ClusterSpec['backup'];
const ownKeys = new Set<string>(['enabled', 'repositories', 'retention'] satisfies readonly OwnKey[]);

const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `over` key by key; lists as a whole. */
const merged = (under: Values, over: Values): Values => ({
  ...under,
  ...Object.fromEntries(
    Object.entries(over).map(([key, value]) => {
      const below = under[key];
      return [key, isRecord(below) && isRecord(value) ? merged(below, value) : value];
    }),
  ),
});

/** What the kinds ask for stands beside what the spec asks for itself. */
const withRequests = (agent: AgentName, config: Values, requests: Wanted['requests']): Values => {
  if (agent !== 'backup' || requests.length === 0) return config;
  const own = Array.isArray(config.requests) ? config.requests : [];
  return { ...config, requests: [...own, ...requests] };
};

/** The file of each agent that is to run. */
export const agentConfigs = (wanted: Wanted): readonly AgentConfig[] => {
  const basis = known(wanted);
  return Object.entries(agentSections).flatMap(([section, { agent, schema }]) => {
    const under = basis[agent];
    if (under === undefined) return [];
    const said = Object.entries(wanted.spec[section as keyof typeof agentSections]).filter(
      ([key]) => !ownKeys.has(key),
    );
    const config = withRequests(agent, merged(under, Object.fromEntries(said)), wanted.requests);
    const issues = schema.safeParse(config).error?.issues ?? [];
    const problems = issues.map(
      ({ path, message }) => `${['spec', section, ...path.map(String)].join('.')}: ${message}`,
    );
    return [{ agent, config, problems }];
  });
};

/** Secrets that a file names by a path below /etc/howdah/secrets: they are mounted there, by their own name. */
export const secretsNamed = (config: Values): ReadonlySet<string> => {
  const text = JSON.stringify(config);
  const found = text.matchAll(/"\/etc\/howdah\/secrets\/([a-z0-9]([-.a-z0-9]*[a-z0-9])?)\//g);
  return new Set([...found].flatMap(([, name]) => name ?? []));
};
