/**
 * Wall-clock time of a time zone, as milliseconds since 1970 that are read as if they were UTC.
 * `2026-03-29T02:30` in Berlin is the number of `2026-03-29T02:30Z`, although no clock there shows it.
 */
export type WallTimeMs = number;

const dayMs = 86_400_000;

/** A formatter costs more than a thousand uses of it. */
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formatters.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timeZone, formatter);
  return formatter;
};

/** Whether `name` is one of the IANA time zone database. */
export const isTimeZone = (name: string): boolean => {
  // Node takes `+01:00` as well, which knows no summer time and is rarely what was meant.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** What the clocks of the zone show at `instantMs`, to the second. */
export const wallTimeAt = (instantMs: number, timeZone: string): WallTimeMs => {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatterOf(timeZone).formatToParts(instantMs)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
};

/** Milliseconds by which the zone's clocks are ahead of UTC. */
export const offsetAt = (instantMs: number, timeZone: string): number =>
  wallTimeAt(instantMs, timeZone) - Math.floor(instantMs / 1000) * 1000;

/** What a wall-clock time of a zone can mean. */
export type WallTimeReading =
  | { readonly shown: 'once'; readonly instantMs: number }
  /**
   * `twice`: clocks were set back, and showed it at both moments. `never`: clocks were set forward over it; by the
   * offset after the change it would be the first moment, by the one before the second.
   */
  | { readonly shown: 'twice' | 'never'; readonly firstMs: number; readonly secondMs: number };

export const readWallTime = (wallMs: WallTimeMs, timeZone: string): WallTimeReading => {
  // No zone changes its offset twice within two days.
  const before = wallMs - offsetAt(wallMs - dayMs, timeZone);
  const after = wallMs - offsetAt(wallMs + dayMs, timeZone);
  const shown = [...new Set([before, after])].filter(
    (instantMs) => wallTimeAt(instantMs, timeZone) === wallMs,
  );
  const [instantMs] = shown;
  if (instantMs !== undefined && shown.length === 1) return { shown: 'once', instantMs };
  return {
    shown: instantMs === undefined ? 'never' : 'twice',
    firstMs: Math.min(before, after),
    secondMs: Math.max(before, after),
  };
};

/**
 * The moment at which the zone's clocks show `wallMs`: of two (clocks were set back) the first; of none
 * (clocks were set forward) the first moment after the gap.
 */
export const instantOf = (wallMs: WallTimeMs, timeZone: string): number => {
  const reading = readWallTime(wallMs, timeZone);
  switch (reading.shown) {
    case 'once':
      return reading.instantMs;
    case 'twice':
      return reading.firstMs;
    case 'never':
      return changeBetween(reading.firstMs, reading.secondMs, timeZone);
  }
};

/** The first full second in (`fromMs`, `toMs`] with the offset of `toMs`. */
const changeBetween = (fromMs: number, toMs: number, timeZone: string): number => {
  const offset = offsetAt(toMs, timeZone);
  let low = Math.floor(fromMs / 1000);
  let high = Math.ceil(toMs / 1000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * 1000, timeZone) === offset) high = middle;
    else low = middle;
  }
  return high * 1000;
};
