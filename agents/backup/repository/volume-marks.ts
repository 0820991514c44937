import type { Clock } from '@howdah/core/clock';
import * as z from 'zod';
import type { JournalStore } from '../ports.ts';
import type { Sharing } from './judge-stanza.ts';

/** That a member sees the volume; docs/formats/run-journal.md. */
const mark = z.object({
  format: z.literal(1),
  member: z.string(),
  systemIdentifier: z.string(),
  /** By the member's own clock. */
  at: z.iso.datetime(),
});

/** How often a member says so anew. */
const renewMs = 600_000;
/** A mark that stays the same for so long, by the clock of who looks, is of a member that sees the volume no more. */
export const staleMs = 3_600_000;
/** An agent makes its mark at its first look; one that has none after this sees another volume, or none. */
export const graceMs = 120_000;

export interface VolumeMarksInput {
  readonly store: JournalStore;
  /** Where the members' marks lie, e.g. `howdah/orders/members/`. */
  readonly prefix: string;
  readonly member: string;
  readonly clock: Clock;
}

/** Whether one volume is the same for all members: each leaves its mark on it, and looks for those of the others. */
export class VolumeMarks {
  readonly #input: VolumeMarksInput;
  #markedAtMs = Number.NEGATIVE_INFINITY;
  #markedFor: string | undefined;
  /** Since when there have been others without any mark. */
  #aloneSinceMs: number | undefined;
  /** What each mark said, and since when; monotonic. */
  readonly #said = new Map<string, { readonly text: string; readonly sinceMs: number }>();

  constructor(input: VolumeMarksInput) {
    this.#input = input;
  }

  /**
   * Makes this member's mark and reads the others'. Rejects where the volume does not let it.
   *
   * @param others members that run beside this one
   */
  async look(systemIdentifier: string, others: readonly string[], signal: AbortSignal): Promise<Sharing> {
    const nowMs = this.#input.clock.monotonicMs();
    await this.#make(systemIdentifier, nowMs, signal);
    if (others.length === 0 || (await this.#anyOf(others, systemIdentifier, nowMs, signal))) {
      this.#aloneSinceMs = undefined;
      return 'shared';
    }
    this.#aloneSinceMs ??= nowMs;
    return nowMs - this.#aloneSinceMs < graceMs ? 'unknown' : 'alone';
  }

  async #make(systemIdentifier: string, nowMs: number, signal: AbortSignal): Promise<void> {
    const { store, member, clock } = this.#input;
    if (this.#markedFor === systemIdentifier && nowMs - this.#markedAtMs < renewMs) return;
    const own = { format: 1, member, systemIdentifier, at: clock.now().toISOString() };
    await store.replace(this.#keyOf(member), `${JSON.stringify(own, undefined, 2)}\n`, signal);
    this.#markedAtMs = nowMs;
    this.#markedFor = systemIdentifier;
  }

  /** One is enough: another member's agent may be down. */
  async #anyOf(
    others: readonly string[],
    systemIdentifier: string,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const other of others) {
      const text = await this.#input.store.read(this.#keyOf(other), signal);
      if (text === undefined) continue;
      if (this.#said.get(other)?.text !== text) this.#said.set(other, { text, sinceMs: nowMs });
      const isFresh = nowMs - (this.#said.get(other)?.sinceMs ?? nowMs) < staleMs;
      if (isFresh && ownerIn(text) === systemIdentifier) return true;
    }
    return false;
  }

  #keyOf(member: string): string {
    return `${this.#input.prefix}${encodeURIComponent(member)}.json`;
  }
}

const ownerIn = (text: string): string | undefined => {
  try {
    return mark.parse(JSON.parse(text)).systemIdentifier;
  } catch {
    return undefined;
  }
};
