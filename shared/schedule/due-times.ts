import { type CronExpression, CronExpressionParser } from 'cron-parser';
import { instantOf, offsetAt, wallTimeAt } from './zone.ts';

/** When a schedule says that a run should start. */
export interface DueTimes {
  /** The first due time after `instant`; undefined when there is none within cron-parser's reach. */
  next(instant: Date): Date | undefined;
  /** The last due time at or before `instant`. */
  previous(instant: Date): Date | undefined;
}

/** Clocks are set back by at most two hours (Troll, Antarctica). */
const longestOverlapMs = 3 * 3_600_000;

const nicknames = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly', '@annually'];

/** What is wrong with a cron expression, in the words of an accepted form; undefined when nothing is. */
export const cronProblem = (cron: string): string | undefined => {
  const form = 'five fields: minute hour day-of-month month day-of-week, e.g. "30 1 * * 0"';
  if (cron.startsWith('@')) {
    return nicknames.includes(cron) ? undefined : `${form}; or one of ${nicknames.join(' ')}`;
  }
  const fields = cron.trim().split(/\s+/);
  // cron-parser fills missing fields and takes six as beginning with seconds.
  if (fields.length !== 5 || fields[0] === '') return form;
  // cron-parser's H is another random number at each start.
  if (fields.some((field) => /(^|,)h/i.test(field))) return `${form}; H has no fixed meaning`;
  try {
    CronExpressionParser.parse(cron, { tz: 'UTC' }).next();
    return undefined;
  } catch (error) {
    return `${form} (${error instanceof Error ? error.message : String(error)})`;
  }
};

/**
 * Due times of `cron` on the clocks of `timeZone`, the same seen from before and from after.
 *
 * cron-parser says on which wall-clock times the expression falls (day-of-month or day-of-week where both
 * are given, as in Vixie cron); it is asked in UTC, where no hour is skipped or repeated. What a skipped or
 * repeated hour means is decided in zone.ts: asked with a zone, cron-parser 5.10 moves a run in the skipped
 * hour by an hour when it looks ahead, drops it when it looks back, and looking back gives the second of a
 * repeated one.
 */
export const dueTimes = (cron: string, timeZone: string): DueTimes => {
  const expression = CronExpressionParser.parse(cron, { tz: 'UTC' });
  return {
    next: (instant) => {
      expression.reset(new Date(wallTimeAt(instant.getTime(), timeZone)));
      return walk(expression, 'next', timeZone, (due) => due > instant.getTime());
    },
    previous: (instant) => {
      const at = instant.getTime();
      // In the second pass of a repeated hour, wall-clock times ahead of now have been, in the first.
      const overlapMs = Math.max(0, offsetAt(at - longestOverlapMs, timeZone) - offsetAt(at, timeZone));
      expression.reset(new Date(wallTimeAt(at, timeZone) + overlapMs + 1000));
      return walk(expression, 'prev', timeZone, (due) => due <= at);
    },
  };
};

const walk = (
  expression: CronExpression,
  step: 'next' | 'prev',
  timeZone: string,
  accepted: (dueMs: number) => boolean,
): Date | undefined => {
  try {
    for (;;) {
      const due = instantOf(expression[step]().getTime(), timeZone);
      if (accepted(due)) return new Date(due);
    }
  } catch {
    // cron-parser gives up after ten thousand steps: 29 February on a Monday, and the like.
    return undefined;
  }
};

/** The next `count` due times after `instant`, soonest first. */
export const upcoming = (times: DueTimes, instant: Date, count: number): readonly Date[] => {
  const found: Date[] = [];
  let last: Date | undefined = instant;
  while (found.length < count) {
    last = times.next(last);
    if (last === undefined) break;
    found.push(last);
  }
  return found;
};
