import type { Clock } from '@howdah/core/clock';

/** Time that passes only when a test lets it. */
export interface FakeClock extends Clock {
  /** Lets `ms` pass: sleepers whose time has come wake in order, each with its followers run before the next. */
  advance(ms: number): Promise<void>;
  /** How many sleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly wakeAtMs: number;
  readonly wake: () => void;
}

export const fakeClock = (start = '2026-03-01T00:00:00Z'): FakeClock => {
  const startMs = Date.parse(start);
  let passedMs = 0;
  let sleepers: Sleeper[] = [];
  return {
    now: () => new Date(startMs + passedMs),
    monotonicMs: () => passedMs,
    get sleepers() {
      return sleepers.length;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const sleeper: Sleeper = { wakeAtMs: passedMs + ms, wake: resolve };
        sleepers.push(sleeper);
        signal.addEventListener(
          'abort',
          () => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            reject(signal.reason);
          },
          { once: true },
        );
      }),
    advance: async (ms) => {
      const untilMs = passedMs + ms;
      await settle();
      for (;;) {
        const [next] = sleepers
          .filter(({ wakeAtMs }) => wakeAtMs <= untilMs)
          .toSorted((a, b) => a.wakeAtMs - b.wakeAtMs);
        if (next === undefined) break;
        passedMs = Math.max(passedMs, next.wakeAtMs);
        sleepers = sleepers.filter((other) => other !== next);
        next.wake();
        await settle();
      }
      passedMs = untilMs;
    },
  };
};

/** Promise reactions run to their end before the next macrotask. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
