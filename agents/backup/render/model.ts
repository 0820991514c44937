import type { RepositoryStoreConfig } from '@howdah/objectstore/config';

/** One line: an option of pgBackRest and its value. */
export type Option = readonly [name: string, value: string];

/** One whose value is in a file. */
export interface SecretOption {
  readonly option: string;
  readonly valueFile: string;
  /** A shared access signature as Azure’s portal gives it begins with a question mark that pgBackRest does not want. */
  readonly isSas?: true;
}

export interface RenderedRepository extends RepositoryStoreConfig {
  readonly repo: number;
  readonly path?: string | undefined;
  readonly keyType?: 'auto' | 'web-id' | 'token' | undefined;
  readonly encryption?: { readonly passphraseFile: string } | undefined;
  readonly retention?: Retention | undefined;
}

export interface Retention {
  readonly full?: number | undefined;
  readonly fullType: 'count' | 'time';
  readonly diff?: number | undefined;
  readonly archive?: number | undefined;
  readonly archiveType: 'full' | 'diff' | 'incr';
}
