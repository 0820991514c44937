import type { SinkMark } from './checkpoint.ts';

/** Where records go. */
export interface Sink {
  readonly id: string;
  /** The key in the configuration: `file`, `stdout`. */
  readonly kind: string;
  /**
   * Makes ready to write after `mark`, what {@link flush} gave for the last checkpoint; undefined when there
   * was none. A sink that can takes back what it was given after the mark: it will come again.
   */
  open(mark: SinkMark | undefined, signal: AbortSignal): Promise<void>;
  /**
   * Takes whole lines. Rejected, it may be given the same lines again, and no others before them.
   *
   * @throws HowdahError that says whether trying again can help
   */
  write(lines: Buffer, signal: AbortSignal): Promise<void>;
  /** Makes durable what was written, and says where that ends. Called before each checkpoint. */
  flush(signal: AbortSignal): Promise<SinkMark | undefined>;
  /** Called after each checkpoint; true when the mark has changed and wants a checkpoint of its own. */
  tidy(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}
