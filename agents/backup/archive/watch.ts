import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import { type Lsn, parseLsn } from '@howdah/core/lsn';
import type { Logger } from '@howdah/runtime/logger';
import { mustHoldUpTo } from '../must-hold.ts';
import type { Archive, ArchiverWord, Server, WalDirectory } from '../ports.ts';
import type { RepositoryView } from '../repository/views.ts';
import type { RepositoryWatch } from '../repository/watch.ts';
import type { RoleWatch } from '../role/watch.ts';
import { archivedUpTo, nameOf, timelineOf } from '../wal.ts';
import { type ArchiveState, archivedTo, archiveState } from './archive.ts';
import { type ArchiveListing, gapsOf } from './gaps.ts';
import { listHeld } from './list.ts';
import { type RestorableRange, restorableRanges } from './restorable.ts';
import type { WalDirectoryWord } from './wal-directory.ts';
import { type WalSample, withSample } from './wal-samples.ts';

/** What is known of the archive in one repository. */
export interface RepositoryArchive {
  readonly repo: number;
  /** Absent where this member has not looked: on a replica, and until the first look. */
  readonly gaps?: ArchiveGaps;
  /** Why the last look failed. */
  readonly problem?: string;
  /** Oldest first. */
  readonly restorable: readonly RestorableRange[];
}

export interface ArchiveGaps {
  readonly listedAt: Date;
  /** By the names of the first and the last segment that is missing, oldest first. */
  readonly ranges: readonly { readonly from: string; readonly to: string; readonly segments: number }[];
}

export interface ArchiveWatchInput {
  readonly role: RoleWatch;
  readonly server: Pick<Server, 'archiver'>;
  readonly walDirectory: WalDirectory;
  readonly archive: Archive;
  readonly repositories: RepositoryWatch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** One repository's listing, and what there was when it was made. */
interface Listed {
  readonly triedAtMs: number;
  readonly backups: string;
  readonly timeline: number | undefined;
  readonly listing?: ArchiveListing;
  readonly problem?: string;
}

/** A gap is found an hour after it came about, at the latest; a look lists the names of all WAL. */
const listingIntervalMs = 3_600_000;
/** What each new backup brings about, and each retry after a failure, not more often than this. */
const shortestListingIntervalMs = 60_000;

/** The archive as the primary sees it: what leaves, what it holds, and to which points in time one can restore. */
export class ArchiveWatch {
  readonly #input: ArchiveWatchInput;
  #word: ArchiverWord | undefined;
  #directory: WalDirectoryWord | undefined;
  #state: ArchiveState | undefined;
  #samples: readonly WalSample[] = [];
  /** That the samples are of. */
  #timeline: number | null = null;
  #listed: ReadonlyMap<number, Listed> = new Map();
  #directoryProblem: string | undefined;
  #answer: { readonly of: readonly unknown[]; readonly archives: readonly RepositoryArchive[] } | undefined;

  constructor(input: ArchiveWatchInput) {
    this.#input = input;
  }

  /** Of the primary only: what was true of one that is no more is not shown. */
  get state(): ArchiveState | undefined {
    return this.#isPrimary() ? this.#state : undefined;
  }

  /** Asks the archiver. Never rejects but for an abort. */
  async look(signal: AbortSignal): Promise<void> {
    const { server, repositories, clock, logger } = this.#input;
    if (!this.#isPrimary()) return this.#forget();
    try {
      const word = await server.archiver(signal);
      const current = parseLsn(word.insertLsn ?? '');
      if (current === undefined) return this.#forget();
      const walMax = repositories.views().find((view) => view.walMax !== undefined)?.walMax;
      const archived = archivedTo(word, walMax);
      const directory = await this.#lookIntoWal(word, signal);
      // Samples outlive a restart of the server, but not a promotion: another timeline is other WAL.
      this.#samples = withSample(this.#timeline === word.timeline ? this.#samples : [], {
        at: new Date(word.askedAt * 1000),
        lsn: current,
        ...(archived === undefined ? {} : { archivedTo: archived }),
      });
      this.#timeline = word.timeline;
      this.#state = archiveState({ word, directory, samples: this.#samples, walMax, now: clock.now() });
      this.#word = word;
      this.#directory = directory;
    } catch (error) {
      signal.throwIfAborted();
      if (this.#state !== undefined) logger.warn({ error: describeError(error) }, 'archive state not known');
      this.#state = undefined;
    }
  }

  /** Lists what the archives hold, where it is time to. Never rejects but for an abort. */
  async list(signal: AbortSignal): Promise<void> {
    const { repositories } = this.#input;
    const due = repositories.views().filter((view) => this.#listingDue(view));
    if (due.length === 0) return;
    for (const view of due) await this.#listOne(view, signal);
    // What was expired while the names were read must not stand as missing.
    await repositories.read(signal);
  }

  /** What is known of the archives of all repositories. */
  repositories(): readonly RepositoryArchive[] {
    const of = [this.#input.repositories.views(), this.#listed, this.#samples, this.#isPrimary()];
    // Every family of a scrape asks, and between two looks the answer is the same.
    if (this.#answer === undefined || of.some((one, index) => one !== this.#answer?.of[index]))
      this.#answer = { of, archives: this.#archives() };
    return this.#answer.archives;
  }

  #archives(): readonly RepositoryArchive[] {
    const primary = this.#isPrimary();
    return this.#input.repositories.views().map((view) => {
      const { listing, problem } = (primary ? this.#listed.get(view.repo) : undefined) ?? {};
      return {
        repo: view.repo,
        ...(listing === undefined ? {} : { gaps: gapsIn(listing, view) }),
        ...(problem === undefined ? {} : { problem }),
        restorable: restorableRanges({
          backups: view.backups.filter(({ superseded }) => superseded === undefined),
          listing,
          samples: primary ? this.#samples : [],
          archivedTo: primary ? this.#archivedInto(view, listing) : undefined,
        }),
      };
    });
  }

  #isPrimary(): boolean {
    return this.#input.role.view().role === 'primary';
  }

  #forget(): void {
    this.#word = undefined;
    this.#directory = undefined;
    this.#state = undefined;
    this.#listed = new Map();
  }

  async #lookIntoWal(word: ArchiverWord, signal: AbortSignal): Promise<WalDirectoryWord | undefined> {
    try {
      const directory = await this.#input.walDirectory.look(word.dataDirectory, signal);
      this.#directoryProblem = undefined;
      return directory;
    } catch (error) {
      signal.throwIfAborted();
      const problem = describeError(error);
      if (problem !== this.#directoryProblem)
        this.#input.logger.warn({ error: problem }, 'pg_wal cannot be looked into');
      this.#directoryProblem = problem;
      return undefined;
    }
  }

  #listingDue(view: RepositoryView): boolean {
    if (this.#word === undefined || !this.#isPrimary()) return false;
    if (!view.reachable || view.backups.length === 0 || view.walMax === undefined) return false;
    const last = this.#listed.get(view.repo);
    if (last === undefined || last.timeline !== timelineOf(view.walMax)) return true;
    const sinceMs = this.#input.clock.monotonicMs() - last.triedAtMs;
    if (sinceMs < shortestListingIntervalMs) return false;
    return last.backups !== signatureOf(view) || sinceMs >= listingIntervalMs;
  }

  async #listOne(view: RepositoryView, signal: AbortSignal): Promise<void> {
    const { archive, clock, logger } = this.#input;
    const [word, before] = [this.#word, this.#listed.get(view.repo)];
    const upTo =
      word === undefined || view.walMax === undefined
        ? undefined
        : mustHoldUpTo(word, this.#directory, view.walMax);
    if (word === undefined || upTo === undefined || view.archive === undefined) return;
    const tried = {
      triedAtMs: clock.monotonicMs(),
      backups: signatureOf(view),
      timeline: upTo.timeline,
    };
    const { archiveId, databaseId } = view.archive;
    try {
      const question = {
        place: { repo: view.repo, archiveId },
        ...{ databaseId, segmentBytes: word.segmentBytes, backups: view.backups, upTo, now: clock.now() },
      };
      const listing = await listHeld(archive, question, signal);
      this.#listed = new Map(this.#listed).set(view.repo, { ...tried, listing });
      const { ranges } = gapsIn(listing, view);
      const knew = before?.listing === undefined ? 0 : gapsIn(before.listing, view).ranges.length;
      if (ranges.length > 0 && ranges.length !== knew)
        logger.warn(
          { repo: view.repo, gaps: ranges.length, first: ranges[0] },
          'WAL is missing in the archive',
        );
    } catch (error) {
      signal.throwIfAborted();
      const problem = describeError(error);
      if (before?.problem !== problem)
        logger.warn({ repo: view.repo, error: problem }, 'archive could not be looked through');
      this.#listed = new Map(this.#listed).set(view.repo, {
        ...tried,
        ...(before?.listing === undefined ? {} : { listing: before.listing }),
        problem,
      });
    }
  }

  /** Up to where the repository has this primary's WAL. */
  #archivedInto({ walMax }: RepositoryView, listing: ArchiveListing | undefined): Lsn | undefined {
    const word = this.#word;
    if (word === undefined || walMax === undefined || listing?.upTo.timeline !== word.timeline)
      return undefined;
    const upTo =
      timelineOf(walMax) === word.timeline ? mustHoldUpTo(word, this.#directory, walMax) : undefined;
    return upTo === undefined ? undefined : archivedUpTo(nameOf(upTo, word.segmentBytes), word.segmentBytes);
  }
}

const gapsIn = (listing: ArchiveListing, { backups }: RepositoryView): ArchiveGaps => ({
  listedAt: listing.listedAt,
  ranges: gapsOf(listing, backups).map(({ timeline, first, last }) => ({
    from: nameOf({ timeline, number: first }, listing.segmentBytes),
    to: nameOf({ timeline, number: last }, listing.segmentBytes),
    segments: last - first + 1,
  })),
});

/** Another one when a backup came or went. */
const signatureOf = ({ backups }: RepositoryView): string =>
  [backups.length, backups[0]?.label, backups.at(-1)?.label].join('/');
