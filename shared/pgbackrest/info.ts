import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { pgbackrestErrors } from './errors.ts';
import { infoAnswer, type StanzaAnswer } from './info-schema.ts';
import { ioTimeout } from './io-timeout.ts';
import { type PgBackRest, type RunOptions, runPgBackRest } from './run.ts';

export type BackupType = 'full' | 'diff' | 'incr';

/** One backup in one repository. */
export interface Backup {
  /** e.g. `20260301-010000F_20260302-010000I`. */
  readonly label: string;
  readonly type: BackupType;
  readonly repo: number;
  /** Full seconds, by the clock of the database host. */
  readonly startedAt: Date;
  readonly stoppedAt: Date;
  /** pgBackRest found damaged pages while copying. */
  readonly damagedPages: boolean;
  /** Of the database when it was taken, and of what had to be copied of it. */
  readonly databaseBytes: number;
  readonly databaseDeltaBytes: number;
  /** What a restore reads (absent with block incremental), and what this backup added. */
  readonly repositoryBytes?: number;
  readonly repositoryDeltaBytes: number;
  /** Of the block maps; present only with block incremental (pgBackRest 2.46 and newer). */
  readonly mapBytes?: number;
  readonly mapDeltaBytes?: number;
  readonly lsnStart?: string;
  readonly lsnStop?: string;
  readonly walStart?: string;
  readonly walStop?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Label of the backup on which this one builds. */
  readonly prior?: string;
  /** Labels of all backups that a restore of this one needs. */
  readonly references: readonly string[];
  readonly databaseId: number;
  readonly postgresVersion?: string;
  readonly pgbackrestVersion: string;
}

/**
 * How a repository or the stanza stands: 0 ok, 1 missing stanza path, 2 no valid backups,
 * 3 missing stanza data, 4 different across repos, 5 database mismatch across repos, 99 other.
 * Source: https://github.com/pgbackrest/pgbackrest/blob/main/src/command/info/info.c
 */
export interface InfoStatus {
  readonly code: number;
  readonly message: string;
}

export interface Repository {
  readonly repo: number;
  readonly cipher: string;
  readonly status: InfoStatus;
}

/** The WAL that a repository holds of one database id (a new one after each major upgrade). */
export interface WalArchive {
  readonly repo: number;
  readonly databaseId: number;
  /** e.g. `15`. */
  readonly postgresVersion: string;
  readonly walMin?: string;
  readonly walMax?: string;
}

/** A database that a repository's stanza has been of; each major upgrade adds one. */
export interface StanzaDatabase {
  readonly repo: number;
  readonly databaseId: number;
  /** PostgreSQL's, in decimal. */
  readonly systemIdentifier?: string;
  /** e.g. `15`. */
  readonly postgresVersion: string;
}

/** What a running command on this host says of itself; sizes from pgBackRest 2.48 on. */
export interface Lock {
  readonly held: boolean;
  readonly totalBytes?: number;
  readonly completeBytes?: number;
}

/** What `pgbackrest info` shows of one stanza. */
export interface StanzaInfo {
  readonly stanza: string;
  readonly status: InfoStatus;
  readonly backupLock: Lock;
  readonly restoreLock?: Lock;
  /** Every repository that pgbackrest.conf names, those that are down included. */
  readonly repositories: readonly Repository[];
  /** Of each repository the one with the highest id is that of now. */
  readonly databases: readonly StanzaDatabase[];
  readonly archives: readonly WalArchive[];
  /** Oldest first, as pgBackRest lists them. */
  readonly backups: readonly Backup[];
}

export interface InfoOptions extends RunOptions {
  /** One repository only; all when absent. */
  readonly repo?: number;
}

/**
 * Asks pgBackRest what it has.
 *
 * A repository that is down is no failure but a status; the command as a whole fails when pgBackRest
 * cannot run, its configuration is bad, or a store hangs past the deadline.
 */
export const readInfo = async (pgbackrest: PgBackRest, options: InfoOptions): Promise<StanzaInfo> => {
  const only = options.repo === undefined ? [] : [`--repo=${options.repo}`];
  const args = ['--output=json', ioTimeout(options.timeoutMs), ...only];
  const { stdout } = await runPgBackRest(pgbackrest, 'info', args, options);
  return parseInfo(stdout, pgbackrest.stanza);
};

/** The stanza's part of `info --output=json`. */
export const parseInfo = (json: string, stanza: string): StanzaInfo => {
  let answer: z.infer<typeof infoAnswer>;
  try {
    answer = infoAnswer.parse(JSON.parse(withTextIdentifiers(json)));
  } catch (cause) {
    throw new HowdahError(pgbackrestErrors.unreadableAnswer, `pgbackrest info: ${problemIn(cause)}`, {
      cause,
    });
  }
  const found = answer.find(({ name }) => name === stanza);
  if (found === undefined) {
    throw new HowdahError(pgbackrestErrors.unreadableAnswer, `pgbackrest info names no stanza ${stanza}`);
  }
  return stanzaInfo(found);
};

/** Text between quotes cannot look like this: its own quotes are escaped. */
const withTextIdentifiers = (json: string): string => json.replaceAll(/("system-id"\s*:\s*)(\d+)/g, '$1"$2"');

const problemIn = (cause: unknown): string =>
  cause instanceof z.ZodError
    ? cause.issues
        .slice(0, 3)
        .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
        .join('; ')
    : 'no JSON';

const stanzaInfo = (answer: StanzaAnswer): StanzaInfo => {
  const { lock } = answer.status;
  return {
    stanza: answer.name,
    status: { code: answer.status.code, message: answer.status.message },
    backupLock: lockOf(lock.backup),
    ...(lock.restore === undefined ? {} : { restoreLock: lockOf(lock.restore) }),
    repositories: answer.repo.map(({ key, cipher, status }) => ({
      repo: key,
      cipher,
      // 2.55 adds lines about its retries; people read it as one.
      status: { code: status.code, message: status.message.replace(/\s*\n\s*/g, '; ') },
    })),
    databases: answer.db.map((database) => ({
      repo: database['repo-key'],
      databaseId: database.id,
      postgresVersion: database.version,
      ...present('systemIdentifier', database['system-id']),
    })),
    archives: answer.archive.map(({ database, id, max, min }) => ({
      repo: database['repo-key'],
      databaseId: database.id,
      postgresVersion: id.replace(/-\d+$/, ''),
      ...present('walMin', min),
      ...present('walMax', max),
    })),
    backups: answer.backup.map((backup) => backupOf(backup, answer.db)),
  };
};

const lockOf = (lock: StanzaAnswer['status']['lock']['backup']): Lock => ({
  held: lock.held,
  ...present('totalBytes', lock.size),
  ...present('completeBytes', lock['size-cplt']),
});

const backupOf = (backup: StanzaAnswer['backup'][number], databases: StanzaAnswer['db']): Backup => {
  const { database, info } = backup;
  const version = databases.find(
    (one) => one.id === database.id && one['repo-key'] === database['repo-key'],
  )?.version;
  return {
    label: backup.label,
    type: backup.type,
    repo: database['repo-key'],
    startedAt: new Date(backup.timestamp.start * 1000),
    stoppedAt: new Date(backup.timestamp.stop * 1000),
    damagedPages: backup.error ?? false,
    databaseBytes: info.size,
    databaseDeltaBytes: info.delta,
    ...present('repositoryBytes', info.repository.size),
    repositoryDeltaBytes: info.repository.delta,
    ...present('mapBytes', info.repository['size-map']),
    ...present('mapDeltaBytes', info.repository['delta-map']),
    ...present('lsnStart', backup.lsn?.start),
    ...present('lsnStop', backup.lsn?.stop),
    ...present('walStart', backup.archive?.start),
    ...present('walStop', backup.archive?.stop),
    annotations: backup.annotation ?? {},
    ...present('prior', backup.prior),
    references: backup.reference ?? [],
    databaseId: database.id,
    ...present('postgresVersion', version),
    pgbackrestVersion: backup.backrest.version,
  };
};

/** `{ [name]: value }`, or nothing where pgBackRest says null or nothing. */
const present = <Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { [Key in Name]?: Value } =>
  value === null || value === undefined ? {} : ({ [name]: value } as { [Key in Name]?: Value });
