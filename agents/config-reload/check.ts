import { type CheckInput, checkSettings } from './check-settings.ts';
import type { CheckedSetting } from './checked-setting.ts';
import { parseConf } from './conf-file.ts';
import { parseHba } from './hba-file.ts';
import { type KeptLogin, lockedOut } from './hba-lockout.ts';
import type { HbaSurroundings } from './hba-match.ts';
import type { Problem } from './problem.ts';
import type { Sources } from './read.ts';

/** The mounted files, read and found right as far as that can be told without writing them anywhere. */
export interface CheckedFiles {
  readonly settings: readonly CheckedSetting[];
  /** Text of pg_hba.conf; absent when none is mounted. */
  readonly hba?: string;
  /** Whether postgresql.conf or pgaudit.conf is mounted at all. */
  readonly hasConf: boolean;
}

export interface FilesCheckInput extends CheckInput {
  readonly keptLogins: readonly KeptLogin[];
  readonly surroundings: HbaSurroundings & { readonly serverHasTls: boolean };
}

export interface CheckOutcome {
  readonly files: CheckedFiles;
  /** Every problem of every file; empty when all may be tried on the server. */
  readonly problems: readonly Problem[];
}

/** Checks all files together: one of them wrong, and none of them applies. */
export const checkFiles = (sources: Sources, input: FilesCheckInput): CheckOutcome => {
  const problems: Problem[] = Object.values(sources).flatMap((source) =>
    source.state === 'unreadable' ? [source.problem] : [],
  );
  const conf = (['postgresql.conf', 'pgaudit.conf'] as const).flatMap((file) => {
    const source = sources[file];
    return source.state === 'read' ? [parseConf(file, source.text)] : [];
  });
  problems.push(...conf.flatMap((parsed) => parsed.problems));
  const checked = checkSettings(
    conf.flatMap((parsed) => parsed.settings),
    input,
  );
  problems.push(...checked.problems);

  const hba = sources['pg_hba.conf'];
  if (hba.state === 'read') {
    const parsed = parseHba(hba.text);
    problems.push(...parsed.problems);
    // With rules missing, who is locked out cannot be told.
    if (parsed.problems.length === 0)
      problems.push(...lockedOut(parsed.rules, input.keptLogins, input.surroundings));
  }
  return {
    files: {
      settings: checked.settings,
      hasConf: conf.length > 0,
      ...(hba.state === 'read' ? { hba: hba.text } : {}),
    },
    problems,
  };
};
