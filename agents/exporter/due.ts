/** When a collector last ran, and for how long. */
export interface LastRun {
  readonly startedAtMs: number;
  readonly durationMs: number;
  /** The least time between the starts of two runs. */
  readonly everyMs?: number;
}

/** A collector keeps the server busy for at most a twentieth of the time, whatever the interval. */
const dutyDivisor = 20;

/** When a collector may run again: a slow one (file sizes of many tables) less often than the others. */
export const nextDueMs = (last: LastRun | undefined): number =>
  last === undefined
    ? Number.NEGATIVE_INFINITY
    : last.startedAtMs + Math.max(last.durationMs * dutyDivisor, last.everyMs ?? 0);

/**
 * The collectors that are due, the one that waited longest first, so that a budget that is used up early
 * starves none of them. Equal ones keep their order.
 */
export const dueNow = <Item extends { readonly id: string }>(
  items: readonly Item[],
  lastRun: (id: string) => LastRun | undefined,
  nowMs: number,
): readonly Item[] =>
  items
    .filter(({ id }) => nextDueMs(lastRun(id)) <= nowMs)
    .map((item, order) => ({ item, order, since: lastRun(item.id)?.startedAtMs ?? Number.NEGATIVE_INFINITY }))
    .sort((one, other) => (one.since === other.since ? one.order - other.order : one.since - other.since))
    .map(({ item }) => item);
