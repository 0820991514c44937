import type { Style } from './style.ts';

/** The world around one call of the command. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly style: Style;
  readonly write: (text: string) => void;
  /** Standard input. */
  readonly readInput: () => AsyncIterable<Buffer>;
  /** One line that the next one replaces, where somebody watches; nothing elsewhere. */
  readonly progress: (text: string) => void;
  /** Sets what the process ends with when all else goes well. */
  readonly exitWith: (code: number) => void;
}

export const exitOther = 1;
export const exitConfiguration = 78;
