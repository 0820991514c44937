import * as z from 'zod';
import { instant } from './common.ts';

/** An attempt to verify a repository. */
const verifyAttempt = { dueAt: instant, member: z.string(), startedAt: instant, endedAt: instant };

/** What `pgbackrest verify` found, whichever member ran it; by the journals beside the stanza. */
export const verification = z.object({
  /** Absent where none is scheduled. */
  cron: z.string().optional(),
  timeZone: z.string().optional(),
  repos: z.array(z.int().positive()).optional(),
  /** The next three, soonest first. */
  nextDue: z.array(instant),
  /** Why this pgBackRest is not asked to. */
  unavailable: z.string().optional(),
  repositories: z.array(
    z.object({
      repo: z.int().positive(),
      /** Why what other members found could not be read at the last look. */
      journalFailure: z.string().optional(),
      /** A due time has passed, and no verify has come to a verdict since. */
      overdueSince: instant.optional(),
      /** A person asked for one, which is still to be begun. */
      askedAt: instant.optional(),
      running: z.object({ dueAt: instant, member: z.string(), startedAt: instant }).optional(),
      /** The last that came to a verdict. */
      last: z
        .object({
          ...verifyAttempt,
          verdict: z.enum(['valid', 'invalid']),
          /** What was found, when invalid; the first ten. */
          problems: z.array(z.string()),
        })
        .optional(),
      /** One since that came to none. */
      lastTry: z
        .object({ ...verifyAttempt, outcome: z.enum(['failed', 'aborted']), reason: z.string() })
        .optional(),
    }),
  ),
});
export type Verification = z.infer<typeof verification>;
