import { formatDuration } from '@howdah/core/units';

/** To the second below a minute, to the minute below two days: a page that ticks all over is not calm. */
export const coarse = (seconds: number): string => {
  const step = seconds < 60 ? 1 : seconds < 172_800 ? 60 : 3_600;
  return formatDuration(Math.floor(seconds / step) * step);
};

export const ago = (seconds: number): string => (seconds < 1 ? 'just now' : `${coarse(seconds)} ago`);

export const until = (seconds: number): string => (seconds < 1 ? 'now' : `in ${coarse(seconds)}`);

/** `03:04 UTC` on the day of `now`, otherwise with the date. */
export const utc = (instant: string, now: string): string => {
  const iso = new Date(instant).toISOString();
  const time = `${iso.slice(11, 16)} UTC`;
  return iso.slice(0, 10) === new Date(now).toISOString().slice(0, 10) ? time : `${iso.slice(0, 10)} ${time}`;
};

/** To the second, for tables. */
export const utcExact = (instant: string): string => {
  const iso = new Date(instant).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}`;
};

/** The same moment on the clocks of `timeZone`: `Sun 02:00 Europe/Berlin`. */
export const inZone = (instant: string, timeZone: string): string => {
  try {
    const time = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    }).format(new Date(instant));
    return `${time} ${timeZone}`;
  } catch {
    // A zone that the server knows and this browser does not.
    return timeZone;
  }
};

const numbers = new Intl.NumberFormat('en-GB');

export const count = (value: number): string => numbers.format(value);

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Enough of a sha256 to tell two apart. */
export const shortDigest = (digest: string): string => digest.slice(0, 12);
