/** A file that is made of code. */
export interface GeneratedFile {
  /** Relative to the root. */
  readonly path: string;
  readonly content: string;
}

export interface Generated {
  readonly files: readonly GeneratedFile[];
  /** Sources from which nothing could be generated, and why. */
  readonly problems: readonly string[];
}
