import type { ErrorCatalogue } from '@howdah/core/errors';

export const postgresErrors = {
  unreachable: {
    code: 'HOWDAH_POSTGRES_UNREACHABLE',
    meaning: 'PostgreSQL does not answer at its address: no socket, connection refused, or nothing listens.',
    remedy: 'Check that PostgreSQL runs, and postgres.host and postgres.port of the configuration.',
    retry: 'backoff',
  },
  notAccepting: {
    code: 'HOWDAH_POSTGRES_NOT_ACCEPTING',
    meaning: 'PostgreSQL runs but takes no connections yet or any more: it starts, recovers or shuts down.',
    remedy: 'Wait; if it lasts, read the server log for the recovery it is in.',
    retry: 'backoff',
  },
  tooManyConnections: {
    code: 'HOWDAH_POSTGRES_TOO_MANY_CONNECTIONS',
    meaning: 'The server, the database or the role has no connection left.',
    remedy: 'Look for idle sessions in pg_stat_activity; raise max_connections or the limit of the role.',
    retry: 'backoff',
  },
  loginRefused: {
    code: 'HOWDAH_POSTGRES_LOGIN_REFUSED',
    meaning: 'PostgreSQL refused the login: no such role, no line in pg_hba.conf, or a wrong password.',
    remedy:
      'Run roles.sql, and check the agents’ lines in pg_hba.conf and pg_ident.conf or the password file.',
    retry: 'backoff',
  },
  databaseMissing: {
    code: 'HOWDAH_POSTGRES_DATABASE_MISSING',
    meaning: 'The database named by postgres.database does not exist.',
    remedy: 'Correct postgres.database, or create the database.',
    retry: 'backoff',
  },
  unresponsive: {
    code: 'HOWDAH_POSTGRES_UNRESPONSIVE',
    meaning: 'PostgreSQL accepted the connection or the statement and then did not answer in time.',
    remedy: 'Check whether the server process is stopped or the machine overloaded or out of I/O.',
    retry: 'backoff',
  },
  sessionLost: {
    code: 'HOWDAH_POSTGRES_SESSION_LOST',
    meaning: 'The connection ended: the server restarted, an administrator ended it, or the network broke.',
    remedy: 'Nothing, when the server was restarted; a new session is opened.',
    retry: 'now',
  },
  statementTimeout: {
    code: 'HOWDAH_POSTGRES_STATEMENT_TIMEOUT',
    meaning: 'A statement took longer than its time-out, or somebody cancelled it.',
    remedy: 'Look for load or large catalogs; raise the statement time-out if the time is justified.',
    retry: 'backoff',
  },
  lockTimeout: {
    code: 'HOWDAH_POSTGRES_LOCK_TIMEOUT',
    meaning: 'A statement waited for a lock longer than it may.',
    remedy: 'Look for the holder in pg_locks with pg_blocking_pids(); usually a long DDL statement.',
    retry: 'backoff',
  },
  permissionDenied: {
    code: 'HOWDAH_POSTGRES_PERMISSION_DENIED',
    meaning: 'The role may not do what the statement asks.',
    remedy: 'Run roles.sql again as a superuser in the database the agent logs in to.',
    retry: 'never',
  },
  transient: {
    code: 'HOWDAH_POSTGRES_TRANSIENT',
    meaning:
      'The server gave a statement up for a reason that passes: recovery conflict, deadlock, resources.',
    remedy: 'Nothing, unless it lasts; then look at the server’s resources.',
    retry: 'backoff',
  },
  statementFailed: {
    code: 'HOWDAH_POSTGRES_STATEMENT_FAILED',
    meaning: 'The server refused a statement of the agent.',
    remedy: 'Check that the server’s version is supported; report the message with the server version.',
    retry: 'never',
  },
  unexpectedRow: {
    code: 'HOWDAH_POSTGRES_UNEXPECTED_ROW',
    meaning: 'A statement returned rows of another shape than the agent reads.',
    remedy: 'Check that the server’s version is supported; report the message with the server version.',
    retry: 'never',
  },
} as const satisfies ErrorCatalogue;

export const errorCatalogue: ErrorCatalogue = postgresErrors;
