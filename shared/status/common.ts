import * as z from 'zod';

/** RFC 3339 in UTC, e.g. `2026-03-01T01:00:00.000Z`. */
export const instant = z.iso.datetime({ offset: true });

/** The five agents, in the order in which people read about them. */
export const agentNames = ['backup', 'exporter', 'logship', 'audit-upload', 'config-reload'] as const;
export type AgentName = (typeof agentNames)[number];

/**
 * How an agent stands in its process:
 * - `off`: no configuration file, so it does not run;
 * - `running`;
 * - `restarting`: it failed, and starts again after a growing delay;
 * - `misconfigured`: its file is bad and there is no last good one to run on.
 */
export const agentState = z.enum(['off', 'running', 'restarting', 'misconfigured']);
export type AgentState = z.infer<typeof agentState>;

/** One thing that is wrong with a configuration file. */
export const configProblem = z.object({
  /** The file's name in the configuration directory, e.g. `backup.yaml`. */
  file: z.string(),
  /** Where in the file: `schedules.0.cron`; empty for the file as a whole. */
  path: z.string(),
  /** What was found, shortened, never a secret; absent when nothing was. */
  seen: z.string().optional(),
  /** What would be right. */
  expected: z.string(),
});
export type ConfigProblem = z.infer<typeof configProblem>;

/** What the runtime knows of every agent, whatever it does. */
export const agentCommon = z.object({
  state: agentState,
  ready: z.boolean(),
  /** Why it is not ready, in words a tired person understands. */
  waitingFor: z.string().optional(),
  startedAt: instant.optional(),
  /** When the agent last did what it is there for, not when its loop last turned. */
  lastProgressAt: instant.optional(),
  restarts: z.int().nonnegative(),
  lastError: z
    .object({ code: z.string(), message: z.string(), remedy: z.string().optional(), at: instant })
    .optional(),
  config: z.object({
    /** sha256 of the file in force; absent while the agent is off or misconfigured. */
    digest: z.string().optional(),
    valid: z.boolean(),
    /** Problems of the newest file when it is not the one in force. */
    problems: z.array(configProblem),
  }),
});
export type AgentCommon = z.infer<typeof agentCommon>;
