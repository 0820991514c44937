import { azureAddress } from './azure-address.ts';
import { parseOptionName, unwritableBecause } from './language.ts';
import type { RenderedRepository } from './model.ts';
import { isSecretOption, ownedBecause } from './owned-options.ts';
import { type RenderSource, wantedConfiguration } from './wanted.ts';

/** What is wrong at a key of backup.yaml. */
export interface Problem {
  readonly path: (string | number)[];
  readonly message: string;
}

export interface RenderableConfig extends Omit<RenderSource, 'render'> {
  readonly pgbackrest: {
    readonly configFile?: string | undefined;
    readonly render?: RenderSource['render'] | undefined;
  };
}

const at = (path: Problem['path'], message: string): readonly Problem[] => [{ path, message }];

/** What is wrong with how an entry of `repositories:` says by whose word its store lets pgBackRest in. */
export const keyProblems = ({ s3, azure, gcs, keyType }: RenderedRepository): readonly Problem[] => {
  const taken = [
    ...(s3 === undefined ? [] : ['auto', 'web-id']),
    ...(azure === undefined ? [] : ['auto']),
    ...(gcs === undefined ? [] : ['auto', 'token']),
  ];
  if (keyType !== undefined && !taken.includes(keyType))
    return at(['keyType'], taken.length === 0 ? 'no keyType: a volume has no keys' : taken.join(' or '));
  const hasKey =
    (s3?.accessKeyIdFile ?? azure?.accountKeyFile ?? azure?.sasTokenFile ?? gcs?.keyFile) !== undefined;
  const wantsKey = keyType === undefined || keyType === 'token';
  if (hasKey === wantsKey || taken.length === 0) return [];
  const kind = s3 !== undefined ? 's3' : azure !== undefined ? 'azure' : 'gcs';
  return at(
    [kind],
    wantsKey
      ? `the files with its key, or keyType: ${taken.filter((type) => type !== 'token').join(' or ')} where there is none`
      : `no files with a key beside keyType: ${keyType}`,
  );
};

/** What is wrong with an entry of `repositories:` where pgbackrest.conf is made of it. */
const repositoryProblems = (repository: RenderedRepository): readonly Problem[] => {
  const { s3, azure, gcs, retention } = repository;
  const stores = Object.entries({ s3, azure, gcs });
  return [
    ...stores.flatMap(([kind, store]) => (store === undefined ? [] : endpointProblems(kind, store.endpoint))),
    ...(azure !== undefined && azureAddress(azure) === undefined
      ? at(
          ['azure', 'endpoint'],
          'https://<account>.<host>, or https://<host>/<account>; the account as in accountName',
        )
      : []),
    ...(retention !== undefined && retention.archive === undefined && retention.archiveType !== 'full'
      ? at(['retention', 'archive'], 'how many backups of archiveType keep all their WAL')
      : []),
  ];
};

const endpointProblems = (kind: string, endpoint: string | undefined): readonly Problem[] => {
  if (endpoint === undefined) return [];
  const { protocol, pathname } = new URL(endpoint);
  if (protocol !== 'https:') return at([kind, 'endpoint'], 'https: pgBackRest takes no store without TLS');
  return pathname === '/' || kind === 'azure' ? [] : at([kind, 'endpoint'], 'host and port without a path');
};

/** Where a repository lies; two that lie at one place would expire each other’s backups. */
const placeOf = ({ s3, azure, gcs, volume, path = '' }: RenderedRepository): string =>
  JSON.stringify([
    s3 === undefined ? undefined : [s3.endpoint, s3.bucket],
    azure === undefined ? undefined : [azure.endpoint, azure.container],
    gcs === undefined ? undefined : [gcs.endpoint, gcs.bucket],
    (volume?.directory ?? path).replace(/\/+$/, ''),
  ]);

const optionProblems = (source: RenderSource): readonly Problem[] => {
  const { options, optionLists, secretOptions } = source.render;
  const repos = new Set(source.repositories.map(({ repo }) => repo));
  const judge = (path: Problem['path'], name: string, mayBeSecret: boolean): readonly Problem[] => {
    const parsed = parseOptionName(name);
    if (parsed === undefined || (mayBeSecret && parsed.command !== undefined))
      return at(path, `the name of an option of pgBackRest, not ${JSON.stringify(name)}`);
    const owned = ownedBecause(parsed.option, repos);
    if (owned !== undefined) return at(path, owned);
    return mayBeSecret || !isSecretOption(parsed.option)
      ? []
      : at(path, `${name} is secret and stands in backup.yaml for all to read; write secretOptions`);
  };
  const twice = [
    ...Object.keys(options),
    ...Object.keys(optionLists),
    ...secretOptions.map(({ option }) => option),
  ];
  return [
    // The path stops at the map: what is seen at a path is told, and may be a secret here.
    ...Object.keys(options).flatMap((name) => judge(['options'], name, false)),
    ...Object.keys(optionLists).flatMap((name) => judge(['optionLists'], name, false)),
    ...secretOptions.flatMap(({ option }, index) => judge(['secretOptions', index, 'option'], option, true)),
    ...[...new Set(twice.filter((name, index) => twice.indexOf(name) !== index))].flatMap((name) =>
      at([], `${name} once, and not in two places`),
    ),
  ].map(({ path, message }) => ({ path: ['pgbackrest', 'render', ...path], message }));
};

/** All that is wrong with how pgbackrest.conf comes to be. */
export const renderingProblems = ({
  pgbackrest: { configFile, render },
  ...source
}: RenderableConfig): readonly Problem[] => {
  if (render !== undefined)
    return [
      ...(configFile === undefined
        ? []
        : at(['pgbackrest', 'configFile'], 'none beside pgbackrest.render, which writes the file')),
      ...problemsOf({ ...source, render }),
    ];
  return source.repositories.flatMap((repository, index) =>
    (['encryption', 'retention'] as const).flatMap((key) =>
      repository[key] === undefined
        ? []
        : at(
            ['repositories', index, key],
            `pgbackrest.render beside it; without it this stands in pgbackrest.conf, as repo${repository.repo}-…`,
          ),
    ),
  );
};

const problemsOf = (source: RenderSource): readonly Problem[] => {
  const { stanza, postgres, repositories } = source;
  const places = repositories.map(placeOf);
  const problems = [
    ...(/^[\w.-]+$/.test(stanza) ? [] : at(['stanza'], 'letters, digits, hyphens, dots and underscores')),
    ...(stanza.startsWith('global')
      ? at(['stanza'], 'another name: pgBackRest’s own section is so called')
      : []),
    ...(postgres.host.startsWith('/')
      ? []
      : at(
          ['postgres', 'host'],
          'the directory of the unix socket: pgBackRest reaches the server beside it by nothing else',
        )),
    ...(repositories.length === 0 ? at(['repositories'], 'at least one: pgbackrest.conf is made of it') : []),
    ...repositories.flatMap((repository, index) =>
      repositoryProblems(repository).map(({ path, message }) => ({
        path: ['repositories', index, ...path],
        message,
      })),
    ),
    ...places.flatMap((place, index) =>
      places.indexOf(place) === index
        ? []
        : at(
            ['repositories', index],
            'a place that no other repository has: each would expire the other’s backups',
          ),
    ),
    ...optionProblems(source),
  ];
  // Only of what is right otherwise can be said what would be written.
  return problems.length > 0 ? problems : valueProblems(source);
};

const valueProblems = (source: RenderSource): readonly Problem[] => {
  const { sections } = wantedConfiguration(source);
  return [...sections.values()].flat().flatMap(([name, value]) => {
    const why = unwritableBecause(value);
    const repo = Number(/^repo(\d+)-/.exec(name)?.[1]);
    const index = source.repositories.findIndex((each) => each.repo === repo);
    const path = index < 0 ? ['pgbackrest', 'render'] : ['repositories', index];
    return why === undefined ? [] : at(path, `a value for ${name} that pgbackrest.conf can hold: ${why}`);
  });
};
