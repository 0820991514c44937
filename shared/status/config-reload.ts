import * as z from 'zod';
import { instant } from './common.ts';

export const sourceFile = z.enum(['postgresql.conf', 'pg_hba.conf', 'pgaudit.conf']);
export type SourceFile = z.infer<typeof sourceFile>;

/** A difference between what the files say and what the server runs with. */
export const settingDifference = z.object({
  name: z.string(),
  desired: z.string(),
  actual: z.string(),
  since: instant,
});

/** The certificate of PostgreSQL and of Patroni's REST API. */
export const certificateStatus = z.object({
  /**
   * When it ends: of the certificate that is served, where both serve different ones of the first to end; of the
   * file's where nobody serves one yet. Absent where there is none.
   */
  notAfter: instant.optional(),
  /** DNS names and addresses of the same certificate. */
  names: z.array(z.string()),
  /** The file's certificate was seen on every port that should serve it. */
  inForce: z.boolean(),
  /** Since when it is not in force, as far as the agent has seen it. */
  notInForceSince: instant.optional(),
  /**
   * Why the files are not brought into force, and what to do: they cannot be read, do not match, or hold a
   * certificate whose dates do not hold, not yet or no more. Nothing is said of one that ended in force.
   */
  problem: z.string().optional(),
  /** What is missing while right files are not in force, port by port. */
  waitingFor: z.string().optional(),
});
export type CertificateStatus = z.infer<typeof certificateStatus>;

export const configReloadStatus = z.object({
  version: z.literal(1),
  /** sha256 over the mounted source files; absent before the first look. */
  desiredDigest: z.string().optional(),
  /** The digest that was last applied and confirmed in a session opened after the reload. */
  appliedDigest: z.string().optional(),
  appliedAt: instant.optional(),
  /**
   * - `in-force`: desired is applied and confirmed;
   * - `applying`;
   * - `pending-restart`: applied, some values wait for a restart;
   * - `refused`: the newest files are wrong, the last good ones run on;
   * - `waiting`: the server or Patroni does not answer.
   */
  phase: z.enum(['in-force', 'applying', 'pending-restart', 'refused', 'waiting']),
  /** In phase `waiting`: for what, in words a tired person understands. */
  waitingFor: z.string().optional(),
  /** Cluster-wide settings that Patroni has not passed on to this member yet. */
  awaiting: z.array(z.string()).optional(),
  /** What was refused, each with its place and what would be right. */
  problems: z.array(
    z.object({
      file: sourceFile,
      line: z.int().positive().optional(),
      name: z.string().optional(),
      message: z.string(),
    }),
  ),
  /** Settings whose new value PostgreSQL takes only at its next start. */
  pendingRestart: z.array(settingDifference),
  /** Settings that run with another value than the files say (ALTER SYSTEM, a hand edit, Patroni's own). */
  drift: z.array(settingDifference.extend({ source: z.string() })),
  /** Absent where no certificate is configured. */
  certificate: certificateStatus.optional(),
  files: z.array(
    z.object({
      file: sourceFile,
      present: z.boolean(),
      digest: z.string().optional(),
      /** Settings in it; rules in pg_hba.conf. */
      settings: z.int().nonnegative(),
    }),
  ),
});
export type ConfigReloadStatus = z.infer<typeof configReloadStatus>;
