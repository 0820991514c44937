/**
 * What a caller may do after a failure. Decided once, by the adapter that knows the other side;
 * everybody else switches on it and never on message text.
 */
export type RetryClass = 'now' | 'backoff' | 'never';

/** One kind of failure that a person may see. All kinds are listed in docs/errors.md (generated). */
export interface ErrorKind {
  /** Stable, unique over the whole project, e.g. `HOWDAH_STORE_UNREACHABLE`. */
  readonly code: string;
  /** What it means, in one sentence. */
  readonly meaning: string;
  /** What the person who reads it should do. */
  readonly remedy: string;
  readonly retry: RetryClass;
}

/** The kinds of one package; `errors.ts` of each package exports one as `errorCatalogue`. */
export type ErrorCatalogue = Readonly<Record<string, ErrorKind>>;

export interface HowdahErrorOptions {
  /** The original failure, never dropped. */
  readonly cause?: unknown;
  /** Facts for the log, without secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A failure told in words: what happened and where in `message`, what to do in `kind.remedy`. */
export class HowdahError extends Error {
  override readonly name = 'HowdahError';
  readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorKind, message: string, options: HowdahErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.details = options.details ?? {};
  }

  get code(): string {
    return this.kind.code;
  }
}

/** How to go on after `error`; a failure that no adapter has classified is retried with backoff. */
export const retryClassOf = (error: unknown): RetryClass =>
  error instanceof HowdahError ? error.kind.retry : 'backoff';

/** `error` as one line for a person: its message and those of its causes, none repeated. */
export const describeError = (error: unknown): string => {
  const messages: string[] = [];
  let current: unknown = error;
  // Eight causes deep is more than any adapter wraps; the bound stops a cause that is its own cause.
  for (let depth = 0; current !== undefined && current !== null && depth < 8; depth += 1) {
    const message = current instanceof Error ? messageOf(current) : String(current);
    if (message !== '' && !messages.some((earlier) => earlier.includes(message))) messages.push(message);
    current = current instanceof Error ? current.cause : undefined;
  }
  return messages.join(': ');
};

/** Node's AggregateError of a failed connect (`localhost` as ::1 and 127.0.0.1) has an empty message. */
const messageOf = (error: Error): string =>
  error instanceof AggregateError && error.message === ''
    ? error.errors.map((inner) => (inner instanceof Error ? inner.message : String(inner))).join(', ')
    : error.message;

/** True for the rejection that an aborted AbortSignal causes in timers, fetches and streams. */
export const isAbortError = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORT_ERR'));
