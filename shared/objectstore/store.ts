/** What is uploaded: bytes in memory, or a file that nobody changes meanwhile. */
export type ObjectBody =
  | { readonly bytes: Uint8Array }
  | { readonly path: string; readonly sizeBytes: number };

export interface PutOptions {
  /**
   * Never replaces an object. Stores that know conditional writes refuse at the very moment of writing; a web
   * server that ignores the condition is asked beforehand, which two writers at once could slip through.
   */
  readonly createOnly: boolean;
  /** Hexadecimal. A body that hashes to something else is not stored. */
  readonly sha256: string;
  readonly contentType: string;
}

export type PutOutcome = { readonly outcome: 'stored' } | { readonly outcome: 'exists' };

export type HeadOutcome =
  | { readonly outcome: 'found'; readonly sizeBytes: number; readonly etag?: string }
  | { readonly outcome: 'absent' };

export type GetOutcome =
  | {
      readonly outcome: 'found';
      readonly sizeBytes: number;
      readonly etag?: string;
      /** To be read to its end or abandoned (`return()`); rejects when the store goes silent in the middle. */
      readonly body: AsyncIterable<Uint8Array>;
    }
  | { readonly outcome: 'absent' };

export type ListOutcome =
  | {
      readonly outcome: 'listed';
      readonly keys: readonly string[];
      /** Give it to the next call; absent on the last page. */
      readonly next?: string;
    }
  /** The store cannot list: a plain web server. */
  | { readonly outcome: 'unsupported' };

export type StoreKind = 's3' | 'azure' | 'gcs' | 'web' | 'volume';

/**
 * Where segments go. Keys are `/`-separated, without leading slash. Every call has a deadline of its own
 * and takes a signal; failures are HowdahErrors of `storeErrors`, classified for retrying.
 */
export interface ObjectStore {
  readonly kind: StoreKind;
  /** For people: endpoint and bucket, container or path; never a secret. */
  readonly location: string;
  put(key: string, body: ObjectBody, options: PutOptions, signal: AbortSignal): Promise<PutOutcome>;
  get(key: string, signal: AbortSignal): Promise<GetOutcome>;
  head(key: string, signal: AbortSignal): Promise<HeadOutcome>;
  /** One page, in the order of the keys' bytes. */
  list(prefix: string, cursor: string | undefined, signal: AbortSignal): Promise<ListOutcome>;
  /** Ends idle connections. */
  close(): void;
}

/** One whose objects may also go; what is only ever added to is given the narrower kind. */
export interface ErasableStore extends ObjectStore {
  /** Resolves as well when there was no such object. */
  remove(key: string, signal: AbortSignal): Promise<void>;
}

/** Reads a secret's file when it is needed, so that a rotated secret is seen. */
export type SecretReader = (path: string) => Promise<string>;
