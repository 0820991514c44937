import type { CheckedSetting } from './checked-setting.ts';
import { closestName } from './closest-name.ts';
import type { FileSetting } from './conf-file.ts';
import { valueProblem } from './guc-value.ts';
import { patroniObjection } from './patroni-owned.ts';
import type { Problem } from './problem.ts';
import { markerName } from './server.ts';
import type { ServerSetting } from './server-settings.ts';
import { startupProblems } from './startup-rules.ts';

export interface CheckInput {
  /** By name in lower case. */
  readonly known: ReadonlyMap<string, ServerSetting>;
  readonly extensions: ReadonlySet<string>;
  /** Libraries that may be preloaded although no extension has their name. */
  readonly preloadLibraries: readonly string[];
  readonly withPatroni: boolean;
}

export interface CheckedSettings {
  /** One per name: the last one written counts, as for PostgreSQL. */
  readonly settings: readonly CheckedSetting[];
  readonly problems: readonly Problem[];
}

/** Settings by which the server, its agents and Patroni find each other: a change here is no tuning. */
const foundations: Readonly<Record<string, string>> = {
  config_file: 'names this very file',
  data_directory: 'is where the database lies',
  hba_file: 'is where pg_hba.conf is applied',
  ident_file: 'is where pg_ident.conf is applied',
  external_pid_file: 'is for whoever starts the server',
  unix_socket_directories: 'is where agents and Patroni find the server',
  port: 'is where everybody finds the server',
};

/** Whether each setting exists, may be set in a file, and has a value that the server can take. */
export const checkSettings = (settings: readonly FileSetting[], input: CheckInput): CheckedSettings => {
  const last = new Map<string, FileSetting>();
  const problems: Problem[] = [];
  for (const setting of settings) {
    const { file, line, name } = setting;
    last.delete(name.toLowerCase());
    last.set(name.toLowerCase(), setting);
    const message = problemOf(setting, input);
    if (message !== undefined) problems.push({ file, line, name, message });
  }
  const checked = [...last.values()].map((setting): CheckedSetting => {
    const known = input.known.get(setting.name.toLowerCase());
    return known === undefined ? setting : { ...setting, name: known.name, known };
  });
  // Rules across settings would only repeat what is wrong with a single one.
  return problems.length > 0
    ? { settings: checked, problems }
    : { settings: checked, problems: startupProblems(checked, input.known) };
};

const problemOf = (setting: FileSetting, input: CheckInput): string | undefined => {
  const { file, name, value } = setting;
  const key = name.toLowerCase();
  if (file === 'pgaudit.conf' && !key.startsWith('pgaudit.'))
    return 'is no setting of pgaudit: put it into postgresql.conf';
  const foundation = Object.hasOwn(foundations, key) ? foundations[key] : undefined;
  if (foundation !== undefined) return `${foundation}, and cannot be changed here`;
  if (key === markerName) return 'is written by this agent';

  const known = input.known.get(key);
  if (known === undefined) return unknownProblem(name, input);
  if (known.context === 'internal') return 'can only be shown, not set';
  if (key.endsWith('_preload_libraries')) {
    const missing = missingLibrary(value, input);
    if (missing !== undefined) return missing;
  }
  return valueProblem(known, value) ?? (input.withPatroni ? patroniObjection(name, value, known) : undefined);
};

/** A name with a dot belongs to an extension; its names are known once it is loaded. */
const unknownProblem = (name: string, { known }: CheckInput): string | undefined => {
  const [prefix, ...rest] = name.toLowerCase().split('.');
  const siblings = [...known.values()].filter((setting) =>
    setting.name.toLowerCase().startsWith(`${prefix}.`),
  );
  if (rest.length > 0 && siblings.length === 0) return undefined;
  const closest = closestName(
    name,
    [...known.values()].map((setting) => setting.name),
  );
  return `is not known to the server${closest === undefined ? '' : `; is ${closest} meant?`}`;
};

/** Modules of PostgreSQL's own contrib that are no extension, so that the server cannot list them. */
const contribModules = [
  'auth_delay',
  'auto_explain',
  'basic_archive',
  'passwordcheck',
  'sepgsql',
  'test_decoding',
];

/**
 * The server does not look for a preloaded library before its next start, and then does not start without
 * it (cloudnative-pg#7045). The files are the server's and not seen from here, so its list of extensions judges.
 */
const missingLibrary = (value: string, { extensions, preloadLibraries }: CheckInput): string | undefined => {
  const installed = new Set([...extensions, ...contribModules, ...preloadLibraries]);
  const names = value
    .split(',')
    .map((name) => name.trim().replaceAll('"', ''))
    .filter((name) => name !== '');
  const missing = names.find((name) => !installed.has(nameOfLibrary(name)));
  return missing === undefined
    ? undefined
    : `names ${missing}, of which the server has no extension installed; it would not start again. If the library is there all the same, list it under preloadLibraries`;
};

const nameOfLibrary = (library: string): string => library.replace(/^.*\//, '').replace(/\.so$/, '');
