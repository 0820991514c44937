import { join } from 'node:path';
import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import type { Logger } from '@howdah/runtime/logger';
import { type StateFile, stateFile } from '@howdah/runtime/state-file';
import * as z from 'zod';

/** docs/formats/backup-state.md */
const seenStanzas = z.object({
  format: z.literal(1),
  seen: z.array(
    z.object({
      directory: z.string(),
      stanza: z.string(),
      systemIdentifier: z.string(),
      /** By the member's own clock. */
      firstSeenAt: z.iso.datetime(),
    }),
  ),
});
type SeenStanzas = z.infer<typeof seenStanzas>;

export const seenStanzasFile = (stateDir: string): StateFile<SeenStanzas> =>
  stateFile(join(stateDir, 'seen-stanzas.json'), seenStanzas);

/** Configurations come and go; the oldest are forgotten. */
const maxSeen = 1_000;

export interface StanzaMemoryInput {
  readonly file: StateFile<SeenStanzas>;
  readonly stanza: string;
  /** The volumes by repository: another directory under the same number is another place. */
  readonly directories: ReadonlyMap<number, string>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * On which volumes this member has seen the cluster's stanza. An empty directory says neither that it is new nor that
 * what is to be mounted there is not; only who has seen a stanza there can tell, also after a restart.
 */
export class StanzaMemory {
  readonly #input: StanzaMemoryInput;
  #seen: SeenStanzas['seen'] | undefined;
  /** Whether the file says less than is known. */
  #isBehind = false;
  #problem: string | undefined;

  constructor(input: StanzaMemoryInput) {
    this.#input = input;
  }

  /**
   * Never rejects: a state directory that is damaged or full keeps no backup waiting.
   *
   * @param systemIdentifier of the cluster
   * @param repos where its stanza is now
   */
  async note(systemIdentifier: string, repos: readonly number[]): Promise<void> {
    const { stanza, directories, clock } = this.#input;
    const seen = this.#seen ?? (await this.#load());
    const known = this.recall([systemIdentifier]);
    const fresh = repos.filter((repo) => !known.has(repo)).flatMap((repo) => directories.get(repo) ?? []);
    const firstSeenAt = clock.now().toISOString();
    const added = fresh.map((directory) => ({ directory, stanza, systemIdentifier, firstSeenAt }));
    this.#seen = [...seen, ...added].slice(-maxSeen);
    this.#isBehind ||= added.length > 0;
    if (this.#isBehind) await this.#write(this.#seen);
  }

  /** @returns repositories where the stanza of one of these system identifiers has been seen; none before the first note */
  recall(systemIdentifiers: readonly string[]): ReadonlySet<number> {
    const { stanza, directories } = this.#input;
    const places = new Set(
      (this.#seen ?? [])
        .filter((one) => one.stanza === stanza && systemIdentifiers.includes(one.systemIdentifier))
        .map(({ directory }) => directory),
    );
    return new Set([...directories].flatMap(([repo, directory]) => (places.has(directory) ? [repo] : [])));
  }

  async #load(): Promise<SeenStanzas['seen']> {
    try {
      this.#seen = (await this.#input.file.read())?.seen ?? [];
    } catch (error) {
      this.#seen = [];
      this.#tell(describeError(error), 'what stanzas were seen before is not known');
    }
    return this.#seen;
  }

  async #write(seen: SeenStanzas['seen']): Promise<void> {
    try {
      await this.#input.file.write({ format: 1, seen });
      this.#isBehind = false;
      this.#problem = undefined;
    } catch (error) {
      this.#tell(describeError(error), 'that a stanza was seen could not be written down');
    }
  }

  /** Once for each problem: it is tried at every look. */
  #tell(error: string, message: string): void {
    if (error === this.#problem) return;
    this.#problem = error;
    this.#input.logger.warn({ error }, message);
  }
}
