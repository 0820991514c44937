import { basename } from 'node:path';
import type { CheckedSetting } from './checked-setting.ts';
import { sameValue } from './guc-value.ts';
import type { DatabaseOverride, ServerView } from './server.ts';
import type { FileRow, ServerSetting } from './server-settings.ts';

/** Where a value that differs comes from. */
export type Cause =
  | 'alter-system'
  | 'patroni'
  | 'command-line'
  | 'other-file'
  | 'hand-edit'
  | 'database'
  | 'not-taken';

/** A setting that runs with another value than the files say. */
export interface Difference {
  readonly name: string;
  readonly desired: string;
  readonly actual: string;
  readonly cause: Cause;
  /** The cause for a person, e.g. `ALTER SYSTEM`. */
  readonly source: string;
}

export interface Comparison {
  /** Right values that the server takes at its next start. */
  readonly pendingRestart: readonly Omit<Difference, 'cause' | 'source'>[];
  readonly drift: readonly Difference[];
}

export interface CompareInput {
  readonly settings: readonly CheckedSetting[];
  readonly view: Pick<ServerView, 'settings' | 'files' | 'overrides' | 'facts'>;
  /** The applied postgresql.conf by every path under which the server knows it. */
  readonly ownFiles: ReadonlySet<string>;
  readonly withPatroni: boolean;
}

/** What the files want, beside what the server runs with. */
export const compare = ({ settings, view, ownFiles, withPatroni }: CompareInput): Comparison => {
  const inFiles = lastInFiles(view.files);
  const overrides = overridesByName(view.overrides);
  const describe = (source: string, sourceFile: string | null) =>
    causeOf(source, sourceFile, { ownFiles, withPatroni, configFile: view.facts.configFile });

  const drift = settings.flatMap((setting): Difference[] => {
    const name = setting.name.toLowerCase();
    const server = view.settings.get(name);
    const file = inFiles.get(name);
    const seen = effective(server, file);
    const found: Difference[] = [];
    if (seen !== undefined && !isAsDesired(setting, server, seen, ownFiles))
      found.push({
        name: setting.name,
        desired: setting.value,
        actual: seen.shown,
        ...describe(seen.source, seen.sourceFile),
      });
    for (const { database, value } of overrides.get(name) ?? [])
      if (server === undefined || !sameValue(server, value, setting.value))
        found.push({
          name: setting.name,
          desired: setting.value,
          actual: value,
          cause: 'database',
          source: database === null ? 'ALTER ROLE ALL' : `ALTER DATABASE ${database}`,
        });
    return found;
  });

  const desired = new Map(settings.map((setting) => [setting.name.toLowerCase(), setting.value]));
  const pendingRestart = [...view.settings].flatMap(([name, server]) =>
    server.pendingRestart
      ? [
          {
            name: server.name,
            desired: inFiles.get(name)?.setting ?? desired.get(name) ?? 'its default',
            actual: server.shown,
          },
        ]
      : [],
  );
  return { pendingRestart, drift };
};

interface Seen {
  readonly value: string;
  readonly shown: string;
  readonly source: string;
  readonly sourceFile: string | null;
}

/** These values hold for this agent's own session, and say nothing about the server's. */
const sessionSources = new Set(['client', 'session', 'user', 'database', 'database user', 'interactive']);

/** The value for everybody; undefined where it cannot be seen. */
const effective = (server: ServerSetting | undefined, file: FileRow | undefined): Seen | undefined => {
  if (server !== undefined && !sessionSources.has(server.source))
    return {
      value: server.setting,
      shown: server.shown,
      source: server.source,
      sourceFile: server.sourceFile,
    };
  const setting = file?.setting;
  if (file === undefined || setting === undefined || setting === null)
    return server === undefined
      ? undefined
      : { value: server.setting, shown: server.shown, source: 'default', sourceFile: null };
  return { value: setting, shown: setting, source: 'configuration file', sourceFile: file.sourceFile };
};

const isAsDesired = (
  { value }: CheckedSetting,
  server: ServerSetting | undefined,
  seen: Seen,
  ownFiles: ReadonlySet<string>,
): boolean => {
  if (server === undefined) return seen.value === value;
  if (server.pendingRestart || sameValue(server, seen.value, value)) return true;
  // Texts are put into the server's own form (DateStyle, TimeZone): that they came from our file decides.
  const fromOurs = seen.sourceFile !== null && ownFiles.has(seen.sourceFile);
  return fromOurs && (server.vartype === 'string' || server.vartype === 'enum');
};

const causeOf = (
  source: string,
  sourceFile: string | null,
  place: {
    readonly ownFiles: ReadonlySet<string>;
    readonly withPatroni: boolean;
    readonly configFile: string;
  },
): { readonly cause: Cause; readonly source: string } => {
  if (sourceFile !== null) {
    if (basename(sourceFile) === 'postgresql.auto.conf')
      return { cause: 'alter-system', source: 'ALTER SYSTEM' };
    if (place.ownFiles.has(sourceFile))
      return { cause: 'hand-edit', source: `a change by hand in ${sourceFile}` };
    if (place.withPatroni && sourceFile === place.configFile)
      return { cause: 'patroni', source: 'postgresql.parameters of Patroni’s configuration' };
    return { cause: 'other-file', source: sourceFile };
  }
  if (source === 'command line')
    return {
      cause: 'command-line',
      source: place.withPatroni ? 'Patroni’s command line' : 'the server’s command line',
    };
  return { cause: 'not-taken', source };
};

/** The last row of a name is the one that counts. */
const lastInFiles = (files: readonly FileRow[]): ReadonlyMap<string, FileRow> =>
  new Map(files.flatMap((row) => (row.name === null ? [] : [[row.name.toLowerCase(), row] as const])));

const overridesByName = (
  overrides: readonly DatabaseOverride[],
): ReadonlyMap<string, readonly DatabaseOverride[]> =>
  Map.groupBy(overrides, ({ name }) => name.toLowerCase());
