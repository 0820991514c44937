import { HowdahError } from '@howdah/core/errors';
import type { Fleet } from '@howdah/status/fleet';
import { requireBackups } from '../backup-view.ts';
import { cliErrors } from '../errors.ts';
import { chooseBackup, type RestoreChoices } from './choose.ts';
import { restoreCommand } from './command-line.ts';
import { notesOn } from './notes.ts';
import { formatTarget, parseTargetTime } from './target-time.ts';

export interface RestorePlanOptions {
  readonly time: string;
  readonly repo?: string;
  readonly delta?: boolean;
}

/** What would be done to be at a point in time. */
export interface RestorePlan extends RestoreChoices {
  /** As it was asked for. */
  readonly time: string;
  /** The same with one explicit offset. */
  readonly target: string;
  readonly stanza: string;
  /** Arguments of the call that does it, the program first. */
  readonly command: readonly string[];
  /** What whoever runs it should know. */
  readonly notes: readonly string[];
}

/** Works it out; nothing is restored. Throws what `parseTargetTime` and `chooseBackup` do. */
export const planRestore = (fleet: Fleet, options: RestorePlanOptions): RestorePlan => {
  const target = parseTargetTime(options.time);
  const view = requireBackups(fleet);
  const choices = chooseBackup(view, { target, now: fleet.now, ...repoOf(options.repo) });
  return {
    time: options.time,
    target: formatTarget(target),
    stanza: view.detail.stanza,
    ...choices,
    command: restoreCommand(view.detail, choices.chosen, target, options.delta === true),
    notes: notesOn(view, choices),
  };
};

const repoOf = (text: string | undefined): { repo?: number } => {
  if (text === undefined) return {};
  if (!/^[1-9]\d*$/.test(text))
    throw new HowdahError(cliErrors.noRepository, `--repo ${text}: repositories are numbered from 1`);
  return { repo: Number(text) };
};
