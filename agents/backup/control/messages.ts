import { backupStatus, backupType } from '@howdah/status/backup';
import { instant } from '@howdah/status/common';
import * as z from 'zod';

// What is said over the control socket; docs/formats/backup-control.md.

export const nowPath = '/backup/now';
export const cancelPath = '/backup/cancel';
export const verifyPath = '/backup/verify';
export const statusPath = '/status';

export const nowQuestion = z.strictObject({
  type: backupType,
  /** The one with the lowest number when absent, as pgBackRest has it. */
  repo: z.int().min(1).max(256).optional(),
});
export type NowQuestion = z.infer<typeof nowQuestion>;

/** It is taken as soon as nothing else runs. */
export const nowAnswer = z.object({
  version: z.literal(1),
  /** `now-20260301t093000z`; in backups and journal it stands as `request/<id>`. */
  id: z.string(),
  type: backupType,
  repo: z.int().positive(),
  at: instant,
});
export type NowAnswer = z.infer<typeof nowAnswer>;

export const verifyQuestion = z.strictObject({
  /** The one with the lowest number when absent. */
  repo: z.int().min(1).max(256).optional(),
});
export type VerifyQuestion = z.infer<typeof verifyQuestion>;

/** It is begun as soon as nothing else runs or is due. */
export const verifyAnswer = z.object({
  version: z.literal(1),
  repo: z.int().positive(),
  /** Its due time in `/status` and in the journal. */
  at: instant,
});
export type VerifyAnswer = z.infer<typeof verifyAnswer>;

export const cancelQuestion = z.strictObject({});

/** `reason`: the words that stand in `/status` and in the journal. */
const cancelled = { version: z.literal(1), repo: z.int().positive(), dueAt: instant, reason: z.string() };

/** What is being stopped, or is not tried again. */
export const cancelAnswer = z.discriminatedUnion('what', [
  z.object({
    ...{ ...cancelled, what: z.literal('backup'), scheduleId: z.string(), type: backupType },
    startedAt: instant,
  }),
  /** It failed and waited for its next try. */
  z.object({
    ...{ ...cancelled, what: z.literal('waiting'), scheduleId: z.string(), type: backupType },
    failures: z.int().positive(),
    /** Why other members do not know of it. */
    problem: z.string().optional(),
  }),
  z.object({ ...cancelled, what: z.literal('verify'), startedAt: instant }),
]);
export type CancelAnswer = z.infer<typeof cancelAnswer>;

/** Why nothing is done; with HTTP status 400 or 409. */
export const refusal = z.object({ version: z.literal(1), refused: z.string() });

/** What this member's backup agent says in `/status`. */
export const statusAnswer = backupStatus;
