import process from 'node:process';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { expireBackups } from '@howdah/pgbackrest/expire';
import { readInfo } from '@howdah/pgbackrest/info';
import { reachRepository } from '@howdah/pgbackrest/reach';
import type { PgBackRest } from '@howdah/pgbackrest/run';
import { checkStanza, createStanza, upgradeStanza } from '@howdah/pgbackrest/stanza';
import type { Repository } from '../ports.ts';

export interface RepositoryOn {
  /** What an expiration keeps; default what pgbackrest.conf says. */
  readonly retentionFull?: number;
}

/** A real pgBackRest, with a test's deadlines; orphans are left to whoever began them. */
export const repositoryOn = (program: PgBackRest, { retentionFull }: RepositoryOn = {}): Repository => {
  const within = (signal: AbortSignal, timeoutMs = 30_000) => ({ signal, timeoutMs });
  return {
    info: (signal, repo) => readInfo(program, { ...within(signal), ...(repo === undefined ? {} : { repo }) }),
    reach: (repo, signal) => reachRepository(program, { ...within(signal), repo }),
    createStanza: (signal) => createStanza(program, within(signal)),
    upgradeStanza: (signal) => upgradeStanza(program, within(signal)),
    checkStanza: (signal) => checkStanza(program, within(signal, 120_000)),
    backup: async (request, signal) => {
      await takeBackup(program, { ...within(signal, 120_000), ...request });
    },
    stopOrphans: async () => 0,
    expire: async (repo, signal, label) => {
      const environment = async () => ({
        ...process.env,
        ...(retentionFull === undefined
          ? {}
          : { [`PGBACKREST_REPO${repo}_RETENTION_FULL`]: String(retentionFull) }),
      });
      const set = label === undefined ? {} : { set: label };
      await expireBackups({ ...program, environment }, { ...within(signal), repo, ...set });
    },
  };
};
