import { compareTypes, covers, type Due, dueKey } from './model.ts';
import type { Retries } from './retry.ts';

/** One run, and what it does along with itself because it is at least as large. */
export interface PlannedRun {
  readonly due: Due;
  readonly absorbs: readonly Due[];
}

export type Plan =
  | { readonly kind: 'run'; readonly run: PlannedRun }
  | { readonly kind: 'wait'; readonly waitMs?: number }
  /** Somebody else's pgBackRest runs here, at the last look; look again. */
  | { readonly kind: 'locked'; readonly waitMs: number };

export interface PlanQuestion {
  readonly dues: readonly Due[];
  readonly retries: Retries;
  /** Another pgBackRest command runs on this host. */
  readonly locked: boolean;
  /** Monotonic. */
  readonly nowMs: number;
}

/** A command by hand, or an orphan: looked at again soon, because its end lets the schedule go on. */
export const lockedWaitMs = 10_000;

/**
 * Which one backup to take next. In each repository the largest that is due goes first and absorbs the
 * others; among repositories the one that has waited longest. What failed waits for its next try and keeps
 * nobody else from running: a full that fails leaves the nightly incr alone.
 */
export const planNext = ({ dues, retries, locked, nowMs }: PlanQuestion): Plan => {
  if (dues.length === 0) return { kind: 'wait' };
  if (locked) return { kind: 'locked', waitMs: lockedWaitMs };
  const ready = dues.filter((due) => waitMsOf(due, retries, nowMs) <= 0);
  const [first] = ready.toSorted(bySizeThenAge).filter(isFirstOfItsRepository).toSorted(byAge);
  if (first === undefined) {
    const waitMs = Math.min(...dues.map((due) => waitMsOf(due, retries, nowMs)));
    return { kind: 'wait', waitMs };
  }
  const absorbs = dues.filter(
    (due) => due !== first && due.repo === first.repo && covers(first.type, due.type),
  );
  return { kind: 'run', run: { due: first, absorbs } };
};

const waitMsOf = (due: Due, retries: Retries, nowMs: number): number =>
  (retries.get(dueKey(due))?.notBeforeMs ?? nowMs) - nowMs;

const byAge = (a: Due, b: Due): number => a.dueAt.getTime() - b.dueAt.getTime() || a.repo - b.repo;

const bySizeThenAge = (a: Due, b: Due): number => compareTypes(b.type, a.type) || byAge(a, b);

const isFirstOfItsRepository = (due: Due, index: number, sorted: readonly Due[]): boolean =>
  sorted.findIndex(({ repo }) => repo === due.repo) === index;
