import * as z from 'zod';
import { cron, id, repos, seconds, timeZone, type } from './parts.ts';

const missed = z.strictObject({
  policy: z
    .enum(['run-once', 'skip'])
    .default('run-once')
    .describe(
      '`run-once`: a due time without backup is made up, once. `skip`: started within ten minutes or not at all.',
    ),
  withinHours: z
    .number()
    .min(1)
    .max(8_760)
    .default(168)
    .describe(
      'How old a due time may be to be made up: a week brings back what a long weekend without power took, and does not start last month’s full because a schedule was written today.',
    ),
});

export const schedule = z.strictObject({
  id: id().describe(
    'Name of the schedule, unique in this file; stands in metrics and in the backup’s annotations.',
  ),
  type: type(),
  cron: cron().describe(
    'Five cron fields on the clocks of `timeZone`; day-of-month or day-of-week where both are given.',
  ),
  timeZone: timeZone(),
  repos: repos().describe('Numbers of pgBackRest’s repositories that get the backup, one after the other.'),
  missed: missed.prefault({}).describe('What happens to a due time at which no backup was taken.'),
});

export const request = z.strictObject({
  id: id().describe('Name of the request, unique in this file; stands in the backup’s annotations.'),
  type: z
    .enum(['full', 'diff', 'incr', 'expire'])
    .describe('pgBackRest’s type of backup; or `expire`: what retention no longer keeps goes, now.'),
  repos: repos().describe('Numbers of the repositories that get the backup, or are expired.'),
  at: z.iso
    .datetime({ offset: true })
    .describe(
      'When it was asked for, e.g. 2026-03-01T09:30:00Z. It is done once, by whoever is primary: a backup of this type or larger that was started since satisfies it; an expiration is tried once.',
    ),
  withinHours: z
    .number()
    .min(0.1)
    .max(168)
    .default(24)
    .describe('How long after `at` it may still be begun; later it means nothing any more.'),
  attempts: z.int().min(1).max(100).default(3).describe('How many may fail before it is given up.'),
});

/** Half a day reads 4 TiB at 100 MiB/s. */
export const defaultVerifySeconds = 43_200;

export const verify = z.strictObject({
  cron: cron().describe('Five cron fields on the clocks of `timeZone`, as for a backup.'),
  timeZone: timeZone(),
  repos: repos().describe('Numbers of the repositories that are verified, one after the other.'),
  timeoutSeconds: seconds(60, 604_800, defaultVerifySeconds).describe(
    'How long one repository may take before its verify is stopped; it came to no verdict then.',
  ),
});
