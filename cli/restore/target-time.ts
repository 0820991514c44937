import { HowdahError } from '@howdah/core/errors';
import { isTimeZone, offsetAt, readWallTime } from '@howdah/schedule/zone';
import { cliErrors } from '../errors.ts';

/** A point in time to the microsecond, which is what PostgreSQL counts in. */
export interface TargetTime {
  /** Seconds since 1970, whole. */
  readonly seconds: number;
  /** Up to six digits, as they were given: `.25`; empty when there were none. */
  readonly fraction: string;
}

const form =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(\.\d{1,6})?)?(?:([Zz])| ?([+-])(\d\d)(?::?(\d\d))?| +([A-Za-z]\S*))?$/;

/**
 * Reads RFC 3339 (a space may stand for its `T`, and seconds may be missing), or the clocks of a zone:
 * `2026-03-01 09:30:00 Europe/Berlin`.
 *
 * A local time that the zone's clocks showed twice, or never, is refused with both readings: a schedule may have a
 * rule for it, but somebody who looks for the moment before an accident must not be an hour off.
 *
 * @throws HOWDAH_CLI_TARGET_TIME, HOWDAH_CLI_TARGET_TIME_UNCLEAR
 */
export const parseTargetTime = (text: string): TargetTime => {
  const match = form.exec(text.trim());
  if (match === null) throw unreadable(text, 'is no date with a time');
  const [, year, month, day, hour, minute, second = '0', fraction = '', z, sign, ...rest] = match;
  const [offsetHours, offsetMinutes = '0', timeZone] = rest;
  const wallMs = wallTimeOf(text, [year, month, day, hour, minute, second].map(Number));
  if (z !== undefined) return { seconds: wallMs / 1000, fraction };
  if (sign !== undefined) {
    const [hours, minutes] = [Number(offsetHours), Number(offsetMinutes)];
    // PostgreSQL's own bounds.
    if (hours > 15 || minutes > 59) throw unreadable(text, 'has an offset that no clock has');
    const offsetSeconds = (hours * 60 + minutes) * 60 * (sign === '-' ? -1 : 1);
    return { seconds: wallMs / 1000 - offsetSeconds, fraction };
  }
  if (timeZone === undefined) throw unreadable(text, 'does not say on whose clocks');
  return { seconds: inZone(text, wallMs, timeZone) / 1000, fraction };
};

/** As `Date.UTC`, which would take 31 February for a day in March. */
const wallTimeOf = (text: string, parts: readonly number[]): number => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const wallMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(wallMs);
  const same =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!same || hour > 23 || minute > 59 || second > 59) throw unreadable(text, 'is on no calendar or clock');
  return wallMs;
};

const inZone = (text: string, wallMs: number, timeZone: string): number => {
  // EST, IST and BST each mean several zones, and what Node takes them for is seldom meant (BST: Dhaka).
  if (!(timeZone.includes('/') || /^(utc|gmt)$/i.test(timeZone)) || !isTimeZone(timeZone))
    throw unreadable(text, `names no zone of the IANA database: ${timeZone}`);
  const reading = readWallTime(wallMs, timeZone);
  if (reading.shown === 'once') return reading.instantMs;
  const times = [reading.firstMs, reading.secondMs].map((instantMs) => {
    const utc = formatTarget({ seconds: instantMs / 1000, fraction: '' });
    return `${withOffset(instantMs, timeZone)} (${utc})`;
  });
  const why =
    reading.shown === 'twice'
      ? `was shown twice by the clocks of ${timeZone}, which were set back: at ${times.join(' and at ')}`
      : `was never shown by the clocks of ${timeZone}, which were set forward over it: what may be meant is ${times.join(' or ')}`;
  throw new HowdahError(cliErrors.targetTimeUnclear, `${text} ${why}`);
};

/** As the zone's clocks have it at that moment, e.g. `2026-10-25T02:30:00+01:00`. */
const withOffset = (instantMs: number, timeZone: string): string => {
  const offsetMs = offsetAt(instantMs, timeZone);
  const minutes = Math.abs(offsetMs) / 60_000;
  const offset = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  const wall = new Date(instantMs + offsetMs).toISOString().slice(0, 19);
  return `${wall}${offsetMs < 0 ? '-' : '+'}${offset.join(':')}`;
};

/**
 * The one form in which a target is printed, e.g. `2026-03-01 08:30:00.25+00:00`: what pgBackRest and PostgreSQL
 * take, and with an offset, since without one each would read it on the clocks of its own host.
 */
export const formatTarget = ({ seconds, fraction }: TargetTime): string =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}${fraction}+00:00`;

const unreadable = (text: string, why: string): HowdahError =>
  new HowdahError(cliErrors.targetTime, `${text} ${why}`);
