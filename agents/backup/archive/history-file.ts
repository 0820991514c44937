import { type Lsn, parseLsn } from '@howdah/core/lsn';

/** A timeline, and the position from which on the WAL is its own. */
export interface TimelineSpan {
  readonly timeline: number;
  readonly beginLsn: Lsn;
}

/** Parent timeline, the position where it was left, and why; between them white space. */
const line = /^\s*(\d+)\s+([0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8})(?:\s|$)/;

/**
 * The way to a timeline, the oldest first, from its history file.
 * Source: https://github.com/postgres/postgres/blob/master/src/backend/access/transam/timeline.c
 *
 * @param timeline the one that the file is named by; the first one has no file
 */
export const parseHistory = (text: string, timeline: number): readonly TimelineSpan[] => {
  const left = text.split('\n').flatMap((row) => {
    const match = line.exec(row);
    const lsn = match === null ? undefined : parseLsn(match[2] ?? '');
    return match === null || lsn === undefined ? [] : [{ timeline: Number(match[1]), lsn }];
  });
  const begins = [0n, ...left.map(({ lsn }) => lsn)];
  return [...left.map((parent) => parent.timeline), timeline].map((one, index) => ({
    timeline: one,
    beginLsn: begins[index] ?? 0n,
  }));
};

/** e.g. `00000002.history` */
export const historyFileOf = (timeline: number): string =>
  `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
