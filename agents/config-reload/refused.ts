import type { Problem } from './problem.ts';

/** Where the fault is not in the files, they are tried again after so long. */
const againMs = 60_000;

/**
 * What was refused last. The same files are not put before the same server again and again: not before one of
 * them changes or, where something else was in the way, a minute has passed.
 */
export class Refused {
  #last:
    | { readonly key: string; readonly problems: readonly Problem[]; readonly againAtMs: number }
    | undefined;

  /** @returns whether it is new, and to be counted. */
  remember(
    key: string,
    problems: readonly Problem[],
    again: { readonly mayPass: boolean; readonly nowMs: number },
  ): boolean {
    const isNew = this.#last?.key !== key;
    this.#last = {
      key,
      problems,
      againAtMs: again.mayPass ? again.nowMs + againMs : Number.POSITIVE_INFINITY,
    };
    return isNew;
  }

  /** Why it is not worth trying; undefined when it is. */
  problemsOf(key: string, nowMs: number): readonly Problem[] | undefined {
    return this.#last?.key === key && nowMs < this.#last.againAtMs ? this.#last.problems : undefined;
  }

  forget(): void {
    this.#last = undefined;
  }
}
