import type { Fleet } from '@howdah/status/fleet';

type Counts = Readonly<Record<string, number>>;

/** How many records of each severity came since a moment at most an hour ago. */
export interface RecentSeverities {
  readonly since: string;
  readonly counts: Counts;
}

interface Snapshot {
  readonly at: string;
  readonly counts: Counts;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/**
 * A snapshot of each member's counters each minute for an hour, in memory: counters that only grow tell
 * nobody whether the errors are of now. At most 62 snapshots for each member; they begin anew with the process.
 */
export class SeverityHistory {
  readonly #snapshots = new Map<string, Snapshot[]>();

  /** Called with every new answer; keeps one a minute. */
  record(fleet: Fleet): void {
    for (const { name, agents } of fleet.members) {
      const counts = agents.answer?.agents.logship?.detail?.severities;
      const at = agents.answer?.now;
      if (counts === undefined || at === undefined) continue;
      const kept = (this.#snapshots.get(name) ?? []).filter(
        (snapshot) => Date.parse(at) - Date.parse(snapshot.at) <= hourMs,
      );
      const newest = kept.at(-1);
      if (newest === undefined || Date.parse(at) - Date.parse(newest.at) >= minuteMs)
        kept.push({ at, counts });
      this.#snapshots.set(name, kept);
    }
  }

  /** By member; absent where nothing was recorded. */
  recent(fleet: Fleet): Readonly<Record<string, RecentSeverities>> {
    return Object.fromEntries(
      fleet.members.flatMap(({ name, agents }) => {
        const now = agents.answer?.agents.logship?.detail?.severities;
        const oldest = this.#snapshots.get(name)?.[0];
        if (now === undefined || oldest === undefined) return [];
        return [[name, { since: oldest.at, counts: growth(oldest.counts, now) }]];
      }),
    );
  }
}

/** Counters go back only when the agent's state was lost; then what it counts is new. */
const growth = (from: Counts, to: Counts): Counts =>
  Object.fromEntries(
    Object.entries(to).map(([severity, value]) => {
      const before = from[severity] ?? 0;
      return [severity, value >= before ? value - before : value];
    }),
  );
