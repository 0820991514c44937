import { HowdahError } from '@howdah/core/errors';
import { backupType } from '@howdah/status/backup';
import * as z from 'zod';
import { backupErrors } from '../errors.ts';

const instant = z.iso.datetime();

/** How an attempt ended; what `pgbackrest info` shows stands above it. */
const ending = z.object({
  at: instant,
  outcome: z.enum(['done', 'failed', 'aborted']),
  /** Of the backup, when done. */
  label: z.string().optional(),
  reason: z.string().optional(),
  /** A person stopped it: neither this due time nor what it absorbs is taken up again, by any member. */
  cancelled: z.literal(true).optional(),
});

/**
 * One attempt at one due time, as it stands in the repository's own store; docs/formats/run-journal.md. Its member
 * alone writes it, until somebody closes it who may take it over.
 */
export const entry = z.object({
  format: z.literal(1),
  /** The schedule's id, `request/<id>`, or `initial`. */
  schedule: z.string(),
  due: instant,
  type: backupType,
  repo: z.int().positive(),
  /** From 1. */
  attempt: z.int().positive(),
  /** What a done attempt does along with itself. */
  absorbs: z.array(z.object({ schedule: z.string(), due: instant })),
  member: z.string(),
  /** Another one after each start of the member's agents. */
  agent: z.string(),
  /** Of the member's WAL; absent where nobody said. */
  timeline: z.int().positive().optional(),
  startedAt: instant,
  /** The last sign of life, by the member's own clock. */
  beatAt: instant,
  ended: ending.optional(),
});
export type Entry = z.infer<typeof entry>;
export type Ending = z.infer<typeof ending>;

/** @throws HowdahError for what is no entry, or one of a newer format. */
export const parseEntry = (key: string, text: string): Entry => {
  try {
    return entry.parse(JSON.parse(text));
  } catch (cause) {
    throw new HowdahError(backupErrors.journalUnreadable, `${key} is no entry of a run journal`, { cause });
  }
};

export const printEntry = (one: Entry): string => `${JSON.stringify(one, undefined, 2)}\n`;
