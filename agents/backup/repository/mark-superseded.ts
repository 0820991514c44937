import { type PresentLine, supersededIs } from './superseded.ts';
import type { RepositoryView, SeenBackup } from './views.ts';
import type { RepositoryWatch } from './watch.ts';

/** The same views, each backup with what the present line makes of it. */
export const marked = (
  views: readonly RepositoryView[],
  line: PresentLine | undefined,
): readonly RepositoryView[] =>
  line === undefined
    ? views
    : views.map((view) => {
        const databaseId = view.archive?.databaseId;
        const backups = view.backups.map((backup): SeenBackup => {
          const superseded = supersededIs(backup, line, databaseId);
          return superseded === undefined ? backup : { ...backup, superseded };
        });
        return { ...view, backups };
      });

/** A watch whose views are marked so, by the line of the moment at which they are asked for. */
export const markSuperseded = (
  watch: RepositoryWatch,
  line: () => PresentLine | undefined,
): RepositoryWatch => {
  let last: { readonly views: readonly RepositoryView[]; readonly line: string } | undefined;
  let answer: readonly RepositoryView[] = [];
  return {
    ...watch,
    views: () => {
      const [views, now] = [watch.views(), line()];
      const word = JSON.stringify(now ?? null);
      // Others keep what they made of the views until these are others.
      if (last?.views !== views || last.line !== word) {
        answer = marked(views, now);
        last = { views, line: word };
      }
      return answer;
    },
  };
};
