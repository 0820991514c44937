/** pgbackrest.conf: the value of each option, by section. */
export type Configuration = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** From where pgBackRest takes an option: the environment wins over the file. */
export interface OptionSources {
  readonly configuration: Configuration;
  /** With `PGBACKREST_REPO1_PATH` and the like. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stanza: string;
}

/** Names from before there were several repositories, which pgBackRest still takes for the first. */
const formerNames: Readonly<Record<string, string>> = {
  host: 'backup-host',
  path: 'repo-path',
  'retention-full': 'retention-full',
  type: 'repo-type',
};

/**
 * Reads a configuration file as pgBackRest does: sections, `name=value`, lines that begin with `#` are comments,
 * space around names and values does not count. What is none of these pgBackRest refuses or warns of by itself.
 * Source: https://github.com/pgbackrest/pgbackrest/blob/main/src/common/ini.c
 */
export const parseConfiguration = (text: string): Configuration => {
  const sections = new Map<string, Map<string, string>>();
  let options = new Map<string, string>();
  for (const line of text.split('\n').map((each) => each.trim())) {
    const section = /^\[(.+)\]$/.exec(line)?.[1];
    if (section !== undefined) {
      options = sections.get(section) ?? new Map();
      sections.set(section, options);
      continue;
    }
    const [, name, value] = line.startsWith('#') ? [] : (/^([^=]+)=(.*)$/.exec(line) ?? []);
    if (name !== undefined && value !== undefined) options.set(name.trim(), value.trim());
  }
  return sections;
};

/**
 * The value with which `pgbackrest backup` runs for a repository; undefined where none is set.
 *
 * @param option without its repository, e.g. `retention-full`
 */
export const repositoryOption = (
  { configuration, environment, stanza }: OptionSources,
  repo: number,
  option: string,
): string | undefined => {
  const former = repo === 1 ? formerNames[option] : undefined;
  const names = [`repo${repo}-${option}`, ...(former === undefined ? [] : [former])];
  const sections = [`${stanza}:backup`, stanza, 'global:backup', 'global'];
  const candidates = [
    ...names.map((name) => environment[`PGBACKREST_${name.toUpperCase().replaceAll('-', '_')}`]),
    ...sections.flatMap((section) => names.map((name) => configuration.get(section)?.get(name))),
  ];
  return candidates.find((value) => value !== undefined && value !== '');
};
