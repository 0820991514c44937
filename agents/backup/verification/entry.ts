import { HowdahError } from '@howdah/core/errors';
import * as z from 'zod';
import { backupErrors } from '../errors.ts';

const instant = z.iso.datetime();

/** How many problems of one verify are kept, and how much of each: the first damaged file says nearly all. */
export const mostProblems = 10;
export const longestProblem = 300;

const ending = z.object({
  at: instant,
  /** `done`: it came to a verdict. `failed`: it could not be done. `aborted`: it was stopped. */
  outcome: z.enum(['done', 'failed', 'aborted']),
  verdict: z.enum(['valid', 'invalid']).optional(),
  /** What was found, when invalid. */
  problems: z.array(z.string()).optional(),
  /** Why there is no verdict. */
  reason: z.string().optional(),
  /** A person stopped it: this due time is not taken up again, by any member. */
  cancelled: z.literal(true).optional(),
});
export type VerifyEnding = z.infer<typeof ending>;

/** One attempt to verify a repository, as it stands in the repository's own store; docs/formats/run-journal.md. */
export const verifyEntry = z.object({
  format: z.literal(1),
  /** `verify`, or `now` where a person asked for it. */
  schedule: z.enum(['verify', 'now']),
  due: instant,
  repo: z.int().positive(),
  /** From 1. */
  attempt: z.int().positive(),
  member: z.string(),
  /** Another one after each start of the member's agents. */
  agent: z.string(),
  timeline: z.int().positive().optional(),
  startedAt: instant,
  /** The last sign of life, by the member's own clock. */
  beatAt: instant,
  ended: ending.optional(),
});
export type VerifyEntry = z.infer<typeof verifyEntry>;

/** @throws HowdahError for what is no entry, or one of a newer format. */
export const parseVerifyEntry = (key: string, text: string): VerifyEntry => {
  try {
    return verifyEntry.parse(JSON.parse(text));
  } catch (cause) {
    throw new HowdahError(backupErrors.journalUnreadable, `${key} is no entry of a journal of verifies`, {
      cause,
    });
  }
};

export const printVerifyEntry = (one: VerifyEntry): string => `${JSON.stringify(one, undefined, 2)}\n`;
