import type { Readable } from 'node:stream';
import { HowdahError } from '@howdah/core/errors';
import { withDeadline } from './deadline.ts';

/**
 * The bytes of an answer, each wait for more of them under `ms`. The stream is destroyed when the reader
 * leaves, at its end, at an error, and when `signal` aborts.
 */
export async function* guardedBody(
  stream: Readable,
  doing: string,
  ms: number,
  signal: AbortSignal,
  failure: (error: unknown) => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const next = await withDeadline(doing, ms, signal, () => chunks.next());
      if (next.done === true) return;
      yield next.value;
    }
  } catch (error) {
    if (signal.aborted || error instanceof HowdahError) throw error;
    throw failure(error);
  } finally {
    stream.on('error', () => undefined);
    stream.destroy();
  }
}
