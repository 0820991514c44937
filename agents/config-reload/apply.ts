import { realpath } from 'node:fs/promises';
import type { Clock } from '@howdah/core/clock';
import type { Session } from '@howdah/postgres/connect';
import type { AppliedFiles } from './applied-files.ts';
import type { CheckedFiles } from './check.ts';
import type { CheckedSetting } from './checked-setting.ts';
import { compare, type Difference } from './compare.ts';
import { confirmReload, type OpenSession } from './confirm.ts';
import type { Problem } from './problem.ts';
import { type AppliedConf, renderConf } from './render.ts';
import { shownValue } from './secret-names.ts';
import {
  judgeFiles,
  type LoadedConf,
  readLoadedConf,
  requestReload,
  type ServerView,
  viewServer,
} from './server.ts';
import { verdictProblems } from './verdict.ts';

export interface ApplyTools {
  readonly openSession: OpenSession;
  readonly files: AppliedFiles;
  readonly clock: Clock;
  readonly confirmDeadlineMs: number;
}

/** A checked version of the files, and what is to happen with it. */
export interface Version {
  readonly digest: string;
  readonly files: CheckedFiles;
  /** Settings for this member's own file. */
  readonly toFile: readonly CheckedSetting[];
  readonly withPatroni: boolean;
}

/** PostgreSQL found it wrong before any reload; the old files are back. */
export interface Refusal {
  readonly outcome: 'refused';
  readonly problems: readonly Problem[];
  /** Not for anything in these files, so that trying them again may help. */
  readonly mayPass: boolean;
}

export type ApplyResult =
  /** The server runs with it, seen in a session opened after the reload. */
  | { readonly outcome: 'applied'; readonly view: ServerView; readonly confText?: string }
  | Refusal
  /** It was reloaded and did not come into force; the old files are back and reloaded. */
  | { readonly outcome: 'rolled_back'; readonly problems: readonly Problem[] };

/**
 * Puts a version in place, lets PostgreSQL judge it, reloads, and confirms. When the server goes away on the
 * way, it throws and leaves the trial to be undone when the server is back.
 */
export const applyVersion = async (
  version: Version,
  view: ServerView,
  tools: ApplyTools,
  signal: AbortSignal,
): Promise<ApplyResult> => {
  const { files, openSession } = tools;
  const { hba, hasConf } = version.files;
  if (hba !== undefined && !(await samePath(view.facts.hbaFile, files.paths.hba)))
    return notRead('pg_hba.conf', view.facts.hbaFile, files.paths.hba);

  const conf = hasConf
    ? renderConf(version.toFile, version.digest, version.withPatroni ? view.facts.configFile : undefined)
    : undefined;
  const session = await openSession(signal);
  let before: LoadedConf;
  try {
    await files.beginTrial({
      ...(conf === undefined ? {} : { conf: conf.text }),
      ...(hba === undefined ? {} : { hba }),
    });
    const refused = await judge(version, conf, session, view, files, signal);
    if (refused !== undefined) {
      await files.undo();
      return refused;
    }
    before = await readLoadedConf(session, signal);
  } catch (error) {
    // Whatever ended it, an order to stop included: files that nobody has found right must not stay.
    await files.undo();
    throw error;
  } finally {
    await session.close();
  }
  await askForReload(openSession, signal);
  return confirmVersion(version, conf, before, tools, signal);
};

/** PostgreSQL's verdict on the files that stand in place now; undefined when it has nothing against them. */
const judge = async (
  version: Version,
  conf: AppliedConf | undefined,
  session: Session,
  view: ServerView,
  files: AppliedFiles,
  signal: AbortSignal,
): Promise<Refusal | undefined> => {
  const verdict = await judgeFiles(session, signal);
  const ownFiles = await files.namesOfConf(verdict.files.flatMap(({ sourceFile }) => sourceFile ?? []));
  const { ours, foreign } = verdictProblems({
    verdict,
    ...(conf === undefined ? {} : { conf }),
    hbaWritten: version.files.hba !== undefined,
    ownFiles,
    known: view.settings,
  });
  if (ours.length > 0) return { outcome: 'refused', problems: ours, mayPass: false };
  if (foreign.length > 0) return { outcome: 'refused', problems: foreign, mayPass: true };
  const isRead = verdict.files.some(({ sourceFile }) => sourceFile !== null && ownFiles.has(sourceFile));
  return conf === undefined || isRead
    ? undefined
    : notRead('postgresql.conf', view.facts.configFile, files.paths.conf);
};

const confirmVersion = async (
  version: Version,
  conf: AppliedConf | undefined,
  before: LoadedConf,
  tools: ApplyTools,
  signal: AbortSignal,
): Promise<ApplyResult> => {
  const { files, openSession, clock, confirmDeadlineMs } = tools;
  const marker = conf === undefined ? undefined : version.digest;
  const confirmed = await confirmReload(
    { openSession, clock, deadlineMs: confirmDeadlineMs, before, marker },
    signal,
  );
  if (confirmed.outcome === 'server-gone') throw confirmed.cause;
  if (confirmed.outcome === 'not-taken') {
    await rollBack(tools, signal);
    const message = `the server did not run with the new files within ${confirmDeadlineMs / 1_000} s of the reload; the old ones are back`;
    return { outcome: 'rolled_back', problems: [{ file: 'postgresql.conf', message }] };
  }

  const { session } = confirmed;
  try {
    const view = await viewServer(session, signal);
    const ownFiles = await files.namesOfConf(sourceFilesOf(view));
    const { drift } = compare({
      settings: version.toFile,
      view,
      ownFiles,
      withPatroni: version.withPatroni,
    });
    // Values that somebody else overrides are drift, and no fault of the files.
    const notTaken = drift.filter(({ cause }) => cause === 'not-taken' || cause === 'hand-edit');
    if (notTaken.length === 0) {
      await files.keep();
      return { outcome: 'applied', view, ...(conf === undefined ? {} : { confText: conf.text }) };
    }
    await session.close();
    await rollBack(tools, signal);
    return {
      outcome: 'rolled_back',
      problems: notTaken.map((difference) => notTakenProblem(difference, version)),
    };
  } finally {
    await session.close();
  }
};

/** Puts the old files back and asks the server to take them again. */
export const rollBack = async ({ files, openSession }: ApplyTools, signal: AbortSignal): Promise<void> => {
  await files.undo();
  await askForReload(openSession, signal);
};

const askForReload = async (openSession: OpenSession, signal: AbortSignal): Promise<void> => {
  await using session = await openSession(signal);
  await requestReload(session, signal);
};

/** Every file that the server names as a source of its settings. */
export const sourceFilesOf = (view: ServerView): readonly string[] => [
  ...new Set([
    ...view.files.flatMap(({ sourceFile }) => sourceFile ?? []),
    ...[...view.settings.values()].flatMap(({ sourceFile }) => sourceFile ?? []),
  ]),
];

const notTakenProblem = ({ name, desired, actual }: Difference, { toFile }: Version): Problem => {
  const setting = toFile.find((candidate) => candidate.name === name);
  return {
    file: setting?.file ?? 'postgresql.conf',
    ...(setting === undefined ? {} : { line: setting.line }),
    name,
    message: `after the reload the server ran with ${JSON.stringify(shownValue(name, actual))}, not ${JSON.stringify(shownValue(name, desired))}; the old files are back`,
  };
};

const notRead = (file: 'postgresql.conf' | 'pg_hba.conf', seen: string, applied: string): Refusal => ({
  outcome: 'refused',
  mayPass: true,
  problems: [
    {
      file,
      message:
        file === 'pg_hba.conf'
          ? `the server reads ${seen}, not the applied ${applied}: set hba_file (in Patroni’s postgresql.parameters) to the latter`
          : `the server does not read the applied ${applied} (its config_file is ${seen}): name it as Patroni’s postgresql.custom_conf, or include it`,
    },
  ],
});

const samePath = async (left: string, right: string): Promise<boolean> => {
  const real = (path: string) => realpath(path).catch(() => path);
  return left === right || (await real(left)) === (await real(right));
};
