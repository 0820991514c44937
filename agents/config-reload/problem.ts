import type { SourceFile } from '@howdah/status/config-reload';

/** What is wrong with a mounted file, and where; the words go to `/status` as they are. */
export interface Problem {
  readonly file: SourceFile;
  /** Counted from 1. */
  readonly line?: number;
  /** The setting concerned. */
  readonly name?: string;
  readonly message: string;
}
