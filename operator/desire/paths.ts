/** Where things are in a member's pod; images/README.md and docs/explanation/architecture.md. */
export const paths = {
  data: '/var/lib/postgresql/data',
  pgdata: '/var/lib/postgresql/data/pgdata',
  wal: '/var/lib/postgresql/wal',
  walDirectory: '/var/lib/postgresql/wal/pg_wal',
  log: '/var/log/postgresql',
  /** In howdah/postgres, of a major version. */
  programs: (major: number) => `/usr/lib/postgresql/${major}/bin`,
  socket: '/var/run/postgresql',
  state: '/var/lib/howdah',
  applied: '/var/lib/howdah/postgres',
  agentConfig: '/etc/howdah/config',
  postgresSources: '/etc/howdah/postgres',
  /** Secrets of users, each by its own name. */
  secrets: '/etc/howdah/secrets',
  /** The password of Patroni’s REST API, for the agents. */
  patroniRest: '/etc/howdah/patroni',
  /** In both containers: certificate, key and authority of PostgreSQL and of Patroni’s REST API. */
  tls: '/etc/howdah/tls',
  /** In memory: pgbackrest.conf and its secrets, which the backup agent writes for both containers. */
  pgbackrestConfig: '/etc/pgbackrest',
  /** Shared by both containers: pgBackRest's lock. */
  pgbackrestLock: '/tmp/pgbackrest',
  repository: (name: string) => `/var/lib/pgbackrest/${name}`,
} as const;

export const stanza = 'main';

export const ports = { postgres: 5432, patroni: 8008, agents: 9187 } as const;

/** What Patroni may take to stop PostgreSQL, and what the agents have beyond it for the last records. */
export const patroniStopSeconds = 60;
export const graceSeconds = patroniStopSeconds + 30;
