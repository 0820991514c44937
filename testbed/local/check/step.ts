/** What every step is given. */
export interface StepContext {
  /** The root of the clone, absolute. */
  readonly root: string;
  /** Mend what a machine can mend instead of only naming it. */
  readonly write: boolean;
  readonly signal: AbortSignal;
}

/** What a step found. `notes` are worth a line even when nothing is wrong. */
export type StepOutcome =
  | { readonly ok: true; readonly notes?: readonly string[] }
  | {
      readonly ok: false;
      /** What is wrong, in the tool's own words or ours. */
      readonly output: string;
      /** The command that mends it, or repeats it alone. */
      readonly command: string;
    };

/** One thing that is checked. A step that throws has failed. */
export interface Step {
  /** As typed: `./dev check <name>`. */
  readonly name: string;
  readonly run: (context: StepContext) => Promise<StepOutcome>;
}
