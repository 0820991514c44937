import { waitFor } from '@howdah/testbed-tools/process/wait-for';
import type { Cluster } from '../cluster/cluster.ts';
import type { Tell } from './narrator.ts';

/** One thing the demo shows by itself. */
export interface Chapter {
  /** Ends the sentence "not seen: …" when it did not happen. */
  readonly what: string;
  /** Looks once; the lines to tell when it has happened, undefined before. */
  look(signal: AbortSignal): Promise<readonly string[] | undefined>;
}

export interface ChapterContext {
  readonly cluster: Cluster;
  readonly tell: Tell;
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}

/** Watches until `chapter` has happened and tells it; says so plainly when it has not in time. */
export const showChapter = async (chapter: Chapter, context: ChapterContext): Promise<boolean> => {
  const { tell, signal, deadlineMs } = context;
  try {
    const lines = await waitFor(chapter.what, (s) => chapter.look(s), { deadlineMs, signal, everyMs: 500 });
    for (const line of lines) tell(line);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    const reason = error instanceof Error ? (error.message.split('\n')[1] ?? '') : '';
    tell(
      `not seen within ${Math.round(deadlineMs / 1000)} s: ${chapter.what}${reason === '' ? '' : ` (${reason})`}`,
    );
    return false;
  }
};
