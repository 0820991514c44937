import { describeError } from '@howdah/core/errors';
import type { StateFile } from '@howdah/runtime/state-file';
import type { Checkpoint, SinkMark } from './checkpoint.ts';
import type { Counts } from './count.ts';
import type { FilePosition } from './model.ts';
import type { SinkEntry } from './ship.ts';

/** A sink that cannot say that it has what it took: only opening it anew, at its last mark, makes that sure. */
export class FlushFailed extends Error {
  override readonly name = 'FlushFailed';
}

export interface Delivered {
  readonly files: readonly FilePosition[];
  readonly counts: Counts;
}

/**
 * Makes true after a crash what is true now: first the sinks' output is durable, then one file replaces the
 * last checkpoint. Only when this resolves may anybody be shown the counts.
 *
 * @throws FlushFailed when a sink must be opened anew; HowdahError when the checkpoint cannot be written
 */
export const acknowledge = async (
  delivered: Delivered,
  entries: readonly SinkEntry[],
  file: StateFile<Checkpoint>,
  signal: AbortSignal,
): Promise<void> => {
  await file.write(checkpointOf(delivered, entries, await marksOf(entries, signal)));
  const tidied = await Promise.all(entries.map(({ sink }) => reopening(sink.tidy(signal), sink.id)));
  if (tidied.includes(true)) {
    await file.write(checkpointOf(delivered, entries, await marksOf(entries, signal)));
  }
};

type Marks = ReadonlyMap<string, SinkMark | undefined>;

const marksOf = async (entries: readonly SinkEntry[], signal: AbortSignal): Promise<Marks> =>
  new Map(
    await Promise.all(
      entries.map(async ({ sink }) => [sink.id, await reopening(sink.flush(signal), sink.id)] as const),
    ),
  );

/** Linux drops a failed page from its memory, so a second fsync would succeed without the bytes. */
const reopening = async <Value>(action: Promise<Value>, sink: string): Promise<Value> => {
  try {
    return await action;
  } catch (error) {
    throw new FlushFailed(`the sink ${sink} must be opened anew: ${describeError(error)}`, { cause: error });
  }
};

const checkpointOf = (
  { files, counts }: Delivered,
  entries: readonly SinkEntry[],
  marks: Marks,
): Checkpoint => ({
  format: 1,
  files: files.map((file) => ({ ...file })),
  counts: { ...counts, files: counts.files.map((file) => ({ ...file })) },
  sinks: Object.fromEntries(
    entries.map(({ sink, shipped }) => {
      const mark = marks.get(sink.id);
      return [sink.id, { shipped, ...(mark === undefined ? {} : { mark }) }];
    }),
  ),
});
