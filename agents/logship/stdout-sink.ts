import { write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { HowdahError } from '@howdah/core/errors';
import { logshipErrors } from './errors.ts';
import type { Sink } from './sink.ts';

const stdout = 1;
/** A reader that is slow fills the pipe; it is tried again so often. */
const fullPipeMs = 10;

/**
 * Lines on standard output, between the suite's own log lines (those have `component`, these have `id`). At
 * least once: after a crash the last second's records come again, with the same ids.
 */
export class StdoutSink implements Sink {
  readonly kind = 'stdout';
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  async open(): Promise<void> {}

  async write(lines: Buffer, signal: AbortSignal): Promise<void> {
    for (let written = 0; written < lines.length; ) {
      signal.throwIfAborted();
      const count = await writeSome(lines, written);
      if (count === 0) await delay(fullPipeMs, undefined, { signal });
      written += count;
    }
  }

  async flush(): Promise<undefined> {}

  async tidy(): Promise<boolean> {
    return false;
  }

  async close(): Promise<void> {}
}

/** How many bytes were taken; 0 when the pipe is full. */
const writeSome = (bytes: Buffer, from: number): Promise<number> =>
  new Promise((resolve, reject) => {
    write(stdout, bytes, from, bytes.length - from, null, (error, count) => {
      if (error === null) resolve(count);
      else if (error.code === 'EAGAIN') resolve(0);
      else
        reject(
          new HowdahError(logshipErrors.sinkUnwritable, 'cannot write to standard output', { cause: error }),
        );
    });
  });
