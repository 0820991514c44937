import type { Statement } from '@howdah/postgres/statement';
import * as z from 'zod';
import type { GucType } from './guc-value.ts';

/** One row of pg_settings, as this agent's own session sees it. */
export interface ServerSetting extends GucType {
  /** As PostgreSQL writes it: `DateStyle`. */
  readonly name: string;
  /** In the base unit, without it. */
  readonly setting: string;
  /** As a person would write it: `64MB`. */
  readonly shown: string;
  readonly context: string;
  readonly source: string;
  readonly sourceFile: string | null;
  readonly pendingRestart: boolean;
}

export const settingsStatement: Statement<ServerSetting> = {
  what: 'reading pg_settings',
  text: `
    SELECT name, setting, current_setting(name) AS shown, unit, context, vartype, source,
           sourcefile AS "sourceFile", min_val AS min, max_val AS max, enumvals AS words,
           pending_restart AS "pendingRestart"
      FROM pg_catalog.pg_settings`,
  row: z.object({
    name: z.string(),
    setting: z.string(),
    shown: z.string(),
    unit: z.string().nullable(),
    context: z.string(),
    vartype: z.enum(['bool', 'enum', 'integer', 'real', 'string']),
    source: z.string(),
    sourceFile: z.string().nullable(),
    min: z.string().nullable(),
    max: z.string().nullable(),
    words: z.array(z.string()).nullable(),
    pendingRestart: z.boolean(),
  }),
};

/** One setting as the configuration files on disk have it now, whether or not the server has read them. */
export interface FileRow {
  readonly sourceFile: string | null;
  readonly sourceLine: number | null;
  readonly name: string | null;
  readonly setting: string | null;
  readonly applied: boolean;
  readonly error: string | null;
}

/**
 * The server reads its files again for this query, without applying them, and so judges what is on disk.
 * Beside the answer, this session's pg_settings.pending_restart then tells a correct value that waits for a
 * restart from a wrong one: both have the error "setting could not be applied" here (seen on 15).
 */
export const fileSettingsStatement: Statement<FileRow> = {
  what: 'reading pg_file_settings',
  text: `
    SELECT sourcefile AS "sourceFile", sourceline AS "sourceLine", name, setting, applied, error
      FROM pg_catalog.pg_file_settings
     ORDER BY seqno`,
  row: z.object({
    sourceFile: z.string().nullable(),
    sourceLine: z.int().nullable(),
    name: z.string().nullable(),
    setting: z.string().nullable(),
    applied: z.boolean(),
    error: z.string().nullable(),
  }),
};

/** What the server says of each line of the pg_hba.conf on disk that it cannot read. */
export interface HbaError {
  readonly line: number | null;
  readonly error: string;
}

export const hbaErrorsStatement: Statement<HbaError> = {
  what: 'reading pg_hba_file_rules',
  text: `
    SELECT line_number AS line, error
      FROM pg_catalog.pg_hba_file_rules
     WHERE error IS NOT NULL
     ORDER BY line_number`,
  row: z.object({ line: z.int().nullable(), error: z.string() }),
};
