import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { StanzaInfo } from '@howdah/pgbackrest/info';
import type { Repository } from '../ports.ts';
import { type Reading, type RepositoryView, viewsAfter } from './views.ts';

/** What is known of the repositories, read when asked to. */
export interface RepositoryWatch {
  /**
   * Reads, with a reading that begins after the call: one under way may be older than the backup that is looked for. Who
   * waits for the next one shares it. Never rejects but for an abort.
   */
  read(signal: AbortSignal): Promise<void>;
  /**
   * Asks each repository that answered at the last reading whether it still does, so that one that died shows
   * between two readings. Does nothing beside a reading under way. Never rejects but for an abort.
   */
  probe(signal: AbortSignal): Promise<void>;
  /** Empty before the first reading. */
  views(): readonly RepositoryView[];
  /** The last reading as a whole; undefined when it failed. */
  info(): StanzaInfo | undefined;
  /** Why the last reading failed as a whole. */
  failure(): string | undefined;
}

export interface RepositoryWatchInput {
  readonly repository: Pick<Repository, 'info' | 'reach'>;
  /** Repositories that schedules name. */
  readonly configured: readonly number[];
  readonly clock: Clock;
}

/** Whoever began a reading has no use for it any more; others who wait for it have. */
class GivenUp extends Error {}

export const createRepositoryWatch = ({
  repository,
  configured,
  clock,
}: RepositoryWatchInput): RepositoryWatch => {
  let views: readonly RepositoryView[] = [];
  let last: Reading | undefined;
  let reading: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const readOnce = async (signal: AbortSignal): Promise<void> => {
    const outcome = await readAll(signal);
    last = { ...outcome, at: clock.now() };
    views = viewsAfter(views, last, configured);
  };

  const readAll = async (signal: AbortSignal): Promise<{ info: StanzaInfo } | { failure: string }> => {
    try {
      return { info: await repository.info(signal) };
    } catch (error) {
      signal.throwIfAborted();
      const known = [...new Set([...configured, ...views.map(({ repo }) => repo)])];
      return (
        (known.length > 1 ? await readEach(known, signal) : undefined) ?? { failure: describeError(error) }
      );
    }
  };

  /** One store that hangs takes the whole command past its deadline: then each is asked by itself. */
  const readEach = async (
    repos: readonly number[],
    signal: AbortSignal,
  ): Promise<{ info: StanzaInfo } | undefined> => {
    const answers = await Promise.allSettled(repos.map((repo) => repository.info(signal, repo)));
    signal.throwIfAborted();
    const infos = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
    const [first] = infos;
    if (first === undefined) return undefined;
    const silent = answers.flatMap((answer, index) =>
      answer.status === 'rejected'
        ? [
            {
              repo: repos[index] ?? 0,
              cipher: '',
              status: { code: 99, message: describeError(answer.reason) },
            },
          ]
        : [],
    );
    return {
      info: {
        ...first,
        status: silent.length === 0 ? first.status : { code: 4, message: 'different across repos' },
        repositories: [...infos.flatMap((info) => info.repositories), ...silent].toSorted(
          (a, b) => a.repo - b.repo,
        ),
        databases: infos.flatMap((info) => info.databases),
        archives: infos.flatMap((info) => info.archives),
        backups: infos.flatMap((info) => info.backups),
      },
    };
  };

  const probeOne = async (view: RepositoryView, signal: AbortSignal): Promise<RepositoryView> => {
    try {
      if (view.reachable) await repository.reach(view.repo, signal);
      return view;
    } catch (error) {
      signal.throwIfAborted();
      return { ...view, reachable: false, message: describeError(error), checkedAt: clock.now() };
    }
  };

  const begin = (signal: AbortSignal): Promise<void> => {
    reading = readOnce(signal)
      .catch((error: unknown) => {
        throw signal.aborted ? new GivenUp() : error;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const join = (signal: AbortSignal): Promise<void> => {
    if (next === undefined && reading === undefined) return begin(signal);
    next ??= Promise.resolve(reading)
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return begin(signal);
      });
    return next;
  };

  const read = async (signal: AbortSignal): Promise<void> => {
    try {
      await join(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof GivenUp)) throw error;
      await read(signal);
    }
  };

  return {
    probe: async (signal) => {
      if (reading !== undefined) return;
      const asked = views;
      const found = await Promise.all(asked.map((view) => probeOne(view, signal)));
      // What was read meanwhile is newer.
      if (views === asked) views = found;
    },
    views: () => views,
    info: () => (last !== undefined && 'info' in last ? last.info : undefined),
    failure: () => (last !== undefined && 'failure' in last ? last.failure : undefined),
    read,
  };
};
