import { type OptionSources, repositoryOption } from '@howdah/pgbackrest/configuration';

/** The room on the volume of a repository. */
export interface Room {
  readonly sizeBytes: number;
  /** For who is not root. */
  readonly availableBytes: number;
}

/** How a repository is kept from growing without end; what is not known is absent. */
export interface RepositoryStorage {
  readonly repo: number;
  /** Whether pgbackrest.conf says how many full backups stay; without it no backup ever goes. */
  readonly retentionSet?: boolean;
  /** Of a repository on a file system: where it lies, and the room there. */
  readonly path?: string;
  readonly room?: Room;
}

/** What pgbackrest.conf says of a repository. */
export interface ConfiguredStorage {
  readonly repo: number;
  readonly retentionSet: boolean;
  /** Where it lies, on a file system. */
  readonly path?: string;
}

/** pgBackRest's own, where `repo-path` is not set. */
const defaultPath = '/var/lib/pgbackrest';

/** Undefined where pgbackrest.conf does not tell: a repository on another host is kept by that host's file. */
export const storageOf = (sources: OptionSources, repo: number): ConfiguredStorage | undefined => {
  const option = (name: string) => repositoryOption(sources, repo, name);
  if (option('host') !== undefined) return undefined;
  const isVolume = ['posix', 'cifs'].includes(option('type') ?? 'posix');
  return {
    repo,
    retentionSet: option('retention-full') !== undefined,
    ...(isVolume ? { path: option('path') ?? defaultPath } : {}),
  };
};
