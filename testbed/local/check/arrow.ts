/** One file uses another, a package or a part of Node. */
export interface Arrow {
  /** Relative to the root. */
  readonly from: string;
  /** As `resolveImport` writes it: a path relative to the root, `npm:<package>` or `node:<module>`. */
  readonly to: string;
  /** Nothing of it is left at run time; still an arrow. */
  readonly typeOnly: boolean;
}

/**
 * The package that a file of ours belongs to, by its folder: `agents/backup`, `shared/core`, `cli`.
 * Undefined for what is not ours.
 */
export const packageOf = (path: string): string | undefined =>
  /^((agents|shared|testbed)\/[^/]+|cli|console|operator|bench)(?=\/)/.exec(path)?.[0];

/** Tests, their tools, build scripts and the testbed: never shipped, and free to drive the real parts directly. */
export const isWorkshop = (path: string): boolean =>
  // `-contract.ts`: one suite of tests that every adapter of a port passes.
  /(\.test|\/build|-contract)\.tsx?$/.test(path) ||
  /^(testbed|bench)\//.test(path) ||
  /\/(testing|testdata)\//.test(path);
