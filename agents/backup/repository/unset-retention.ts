import type { RepositoryStorage } from './storage.ts';

/** Repositories from which no backup ever goes, each told once until somebody sets its retention. */
export class UnsetRetention {
  readonly #told = new Set<number>();

  /** Those to tell of now. */
  after(storage: readonly RepositoryStorage[]): readonly number[] {
    for (const { repo, retentionSet } of storage) if (retentionSet === true) this.#told.delete(repo);
    const found = storage.filter(({ repo, retentionSet }) => retentionSet === false && !this.#told.has(repo));
    for (const { repo } of found) this.#told.add(repo);
    return found.map(({ repo }) => repo);
  }
}
