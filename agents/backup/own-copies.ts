import type { Due } from './model.ts';
import type { RepositoryView } from './repository/views.ts';

/**
 * Each member would say something else of what its own copy lacks. So a copy gets a backup only behind those
 * repositories that all members see: where the same schedule lacks nothing in them any more.
 */
export const behindShared = (dues: readonly Due[], views: readonly RepositoryView[]): readonly Due[] => {
  const copies = ownCopiesIn(views);
  const open = new Set(dues.filter(({ repo }) => !copies.has(repo)).map(({ scheduleId }) => scheduleId));
  return dues.filter(({ repo, scheduleId }) => !copies.has(repo) || !open.has(scheduleId));
};

/** Without those of own copies: nothing is ever overdue there. */
export const inShared = (dues: readonly Due[], views: readonly RepositoryView[]): readonly Due[] => {
  const copies = ownCopiesIn(views);
  return dues.filter(({ repo }) => !copies.has(repo));
};

const ownCopiesIn = (views: readonly RepositoryView[]): ReadonlySet<number> =>
  new Set(views.filter(({ ownCopy }) => ownCopy === true).map(({ repo }) => repo));
