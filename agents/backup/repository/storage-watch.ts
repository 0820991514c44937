import { readFile, statfs } from 'node:fs/promises';
import type { Clock } from '@howdah/core/clock';
import { type OptionSources, parseConfiguration } from '@howdah/pgbackrest/configuration';
import { answerWithin } from '../answer-within.ts';
import { type RepositoryStorage, type Room, storageOf } from './storage.ts';

/** What keeps the repositories from growing without end, read when asked to. */
export interface StorageWatch {
  /** Never rejects but for an abort. */
  look(repos: readonly number[], signal: AbortSignal): Promise<readonly RepositoryStorage[]>;
}

export interface StorageWatchInput {
  /** pgbackrest.conf; without it nothing is known. */
  readonly configFile: string | undefined;
  readonly stanza: string;
  readonly environment: () => OptionSources['environment'];
  readonly clock: Pick<Clock, 'sleep'>;
}

const roomDeadlineMs = 5_000;

export const createStorageWatch = (input: StorageWatchInput): StorageWatch => {
  const { configFile, stanza, environment, clock } = input;
  /** Asked, and silent since: each more would hold one more of Node's four threads for files. */
  const asked = new Set<string>();

  const roomOf = async (path: string, signal: AbortSignal): Promise<Room | undefined> => {
    if (asked.has(path)) return undefined;
    asked.add(path);
    const answer = statfs(path)
      .then(({ blocks, bavail, bsize }) => ({ sizeBytes: blocks * bsize, availableBytes: bavail * bsize }))
      .catch(() => undefined)
      .finally(() => asked.delete(path));
    return answerWithin(answer, roomDeadlineMs, clock, signal);
  };

  return {
    look: async (repos, signal) => {
      const text = configFile === undefined ? undefined : await readText(configFile);
      if (text === undefined) return [];
      const sources = { configuration: parseConfiguration(text), environment: environment(), stanza };
      const configured = repos.flatMap((repo) => storageOf(sources, repo) ?? []);
      return Promise.all(
        configured.map(async ({ repo, retentionSet, path }) => {
          const room = path === undefined ? undefined : await roomOf(path, signal);
          const place = path === undefined ? {} : { path };
          return { repo, retentionSet, ...place, ...(room === undefined ? {} : { room }) };
        }),
      );
    },
  };
};

/** Undefined where it cannot be read: that pgBackRest cannot read it either shows in its own answer. */
const readText = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);
