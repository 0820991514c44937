import { parseOptionName } from './language.ts';
import type { Option, RenderedRepository, SecretOption } from './model.ts';
import { repositoryOptions, repositorySecrets } from './repository-options.ts';

/** The part of backup.yaml that pgbackrest.conf is made of. */
export interface RenderSource {
  readonly stanza: string;
  readonly postgres: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  readonly repositories: readonly RenderedRepository[];
  readonly render: {
    readonly dataDirectory: string;
    readonly options: Readonly<Record<string, string>>;
    readonly optionLists: Readonly<Record<string, readonly string[]>>;
    readonly secretOptions: readonly SecretOption[];
  };
}

/** pgbackrest.conf without its secrets. */
export interface WantedConfiguration {
  /** In the order in which they are written; `global:archive-push` is one as well. */
  readonly sections: ReadonlyMap<string, readonly Option[]>;
  readonly secrets: readonly SecretOption[];
}

/** What is to stand in pgbackrest.conf. */
export const wantedConfiguration = ({ stanza, postgres, repositories, render }: RenderSource) => {
  const sections = new Map<string, Option[]>();
  const add = (section: string, options: readonly Option[]) =>
    sections.set(section, [...(sections.get(section) ?? []), ...options]);
  add('global', repositories.flatMap(repositoryOptions));
  const given = [
    ...Object.entries(render.options),
    ...Object.entries(render.optionLists).flatMap(([name, values]) =>
      values.map((value) => [name, value] as const),
    ),
  ];
  for (const [name, value] of given) {
    const { command, option } = parseOptionName(name) ?? { option: name };
    // pgBackRest warns of a server’s option that is global.
    const section = /^pg\d/.test(option) ? stanza : 'global';
    add(command === undefined ? section : `${section}:${command}`, [[option, value]]);
  }
  add(stanza, [
    ['pg1-path', render.dataDirectory],
    ['pg1-socket-path', postgres.host],
    ['pg1-port', String(postgres.port)],
    ['pg1-user', postgres.user],
    ['pg1-database', postgres.database],
  ]);
  const secrets = [...repositories.flatMap(repositorySecrets), ...render.secretOptions];
  return { sections, secrets } satisfies WantedConfiguration;
};
