import type { Clock } from '@howdah/core/clock';
import { describeError } from '@howdah/core/errors';
import { type Claimant, decideClaim, isAtIt } from '../journal/decide.ts';
import { attemptKey, readKey, stampOf, timeOf } from '../journal/key.ts';
import type { JournalStore } from '../ports.ts';
import type { DueVerify } from './due.ts';
import { parseVerifyEntry, printVerifyEntry, type VerifyEnding, type VerifyEntry } from './entry.ts';

/** The attempt of this member, which it alone may make. */
export interface VerifyClaim {
  readonly key: string;
  readonly entry: VerifyEntry;
}

export type VerifyClaiming =
  | { readonly kind: 'claimed'; readonly claim: VerifyClaim }
  | { readonly kind: 'refused'; readonly because: string };

export interface VerifyJournalInput {
  readonly store: JournalStore;
  /** Of its keys, e.g. `pgbackrest/howdah/orders/verifies/`. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** So many due times are kept, and read at the first look. */
const keptNames = 30;
/** An agent that is told to stop has no more time than this for it. */
const endDeadlineMs = 3_000;

/**
 * Who verified one repository when, and what came of it: one object for each attempt, beside the run journal and by its
 * rules (journal/decide.ts), so that one member alone is at it and all tell the same verdict.
 */
export class VerifyJournal {
  readonly #input: VerifyJournalInput;
  /** As last read, by key; undefined before the first look. */
  #entries: ReadonlyMap<string, VerifyEntry> | undefined;
  #failure: string | undefined;
  /** The last sign of life of attempts under way, and when it was first seen here; monotonic. */
  readonly #beats = new Map<string, { readonly beatAt: string; readonly sinceMs: number }>();
  /** An end that could not be written yet. */
  #owed: VerifyClaim | undefined;

  constructor(input: VerifyJournalInput) {
    this.#input = input;
  }

  /** The newest first; undefined while nothing is known, since the store has not been read yet. */
  entries(): readonly VerifyEntry[] | undefined {
    if (this.#entries === undefined) return undefined;
    return [...this.#entries.values()].toSorted(
      (a, b) =>
        Date.parse(b.startedAt) - Date.parse(a.startedAt) ||
        Date.parse(b.due) - Date.parse(a.due) ||
        b.attempt - a.attempt,
    );
  }

  /** Why it could not be read at the last look. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /**
   * Reads what is new; where this member is the primary (`me`), closes what nobody is at any more and removes what is
   * old. Rejects only with the signal’s reason.
   */
  async look(me: Claimant | undefined, signal: AbortSignal): Promise<void> {
    try {
      await this.#writeOwed(signal);
      await this.#read(signal);
      if (me !== undefined) await this.#tidy(me, signal);
      this.#failure = undefined;
    } catch (error) {
      signal.throwIfAborted();
      this.#failure = describeError(error);
    }
  }

  /** Makes the next attempt this member’s, if it may. Rejects when the store is away. */
  async claim(due: DueVerify, me: Claimant, signal: AbortSignal): Promise<VerifyClaiming> {
    const { store, prefix, clock } = this.#input;
    const { schedule, dueAt, repo } = due;
    const name = `${schedule}@${stampOf(dueAt)}`;
    await this.#read(signal);
    const newest = this.#newestOf(name);
    const decision = decideClaim(newest?.entry, me, this.#silentForMs(newest), false);
    if (decision.kind === 'held') return { kind: 'refused', because: decision.because };
    if (decision.kind === 'cancelled') return { kind: 'refused', because: decision.because };
    if (decision.kind === 'settled') return { kind: 'refused', because: 'it was done before' };
    if (decision.kind === 'take-over' && newest !== undefined)
      await this.#close(newest, decision.because, signal);
    const now = clock.now().toISOString();
    const entry: VerifyEntry = {
      format: 1,
      ...{ schedule, due: dueAt.toISOString(), repo, attempt: (newest?.entry.attempt ?? 0) + 1 },
      ...{ member: me.member, agent: me.agent },
      ...(me.timeline === undefined ? {} : { timeline: me.timeline }),
      ...{ startedAt: now, beatAt: now },
    };
    const key = attemptKey(prefix, name, entry.attempt);
    if (await store.create(key, printVerifyEntry(entry), signal)) {
      this.#keep(key, entry);
      return { kind: 'claimed', claim: { key, entry } };
    }
    const winner = await this.#readOne(key, signal);
    return { kind: 'refused', because: winner === undefined ? 'another member was first' : isAtIt(winner) };
  }

  /** Says that the member is still at it; returns why it may not be any more. */
  async beat({ key, entry }: VerifyClaim, signal: AbortSignal): Promise<string | undefined> {
    const found = await this.#readOne(key, signal);
    if (found === undefined) return 'its entry in the journal of verifies is gone';
    if (found.ended !== undefined) return `another member closed it: ${found.ended.reason ?? ''}`;
    const beating = { ...entry, beatAt: this.#input.clock.now().toISOString() };
    await this.#input.store.replace(key, printVerifyEntry(beating), signal);
    this.#keep(key, beating);
    return undefined;
  }

  /** Closes this member’s attempt; where the store is away it is written with a later look. Never rejects. */
  async end({ key, entry }: VerifyClaim, ended: VerifyEnding): Promise<void> {
    const closed = { ...entry, ended };
    this.#keep(key, closed);
    this.#owed = { key, entry: closed };
    try {
      await this.#writeOwed(AbortSignal.timeout(endDeadlineMs));
    } catch (error) {
      this.#failure = describeError(error);
    }
  }

  async #writeOwed(signal: AbortSignal): Promise<void> {
    if (this.#owed === undefined) return;
    await this.#input.store.replace(this.#owed.key, printVerifyEntry(this.#owed.entry), signal);
    this.#owed = undefined;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { store, prefix } = this.#input;
    const keys = newestFirst(prefix, await store.list(prefix, signal)).kept;
    const entries = new Map<string, VerifyEntry>();
    for (const key of keys) {
      const known = this.#entries?.get(key);
      const one = known?.ended === undefined ? await this.#readOne(key, signal) : known;
      if (one !== undefined) entries.set(key, one);
    }
    this.#entries = entries;
    for (const key of this.#beats.keys()) if (!entries.has(key)) this.#beats.delete(key);
  }

  async #tidy(me: Claimant, signal: AbortSignal): Promise<void> {
    const { store, prefix } = this.#input;
    for (const [key, entry] of this.#entries ?? []) {
      if (entry.ended !== undefined) continue;
      const decision = decideClaim(entry, me, this.#silentForMs({ key, entry }), false);
      if (decision.kind === 'take-over') await this.#close({ key, entry }, decision.because, signal);
    }
    for (const key of newestFirst(prefix, await store.list(prefix, signal)).old)
      await store.remove(key, signal);
  }

  async #close({ key, entry }: VerifyClaim, reason: string, signal: AbortSignal): Promise<void> {
    const at = this.#input.clock.now().toISOString();
    const closed: VerifyEntry = { ...entry, ended: { at, outcome: 'aborted', reason } };
    await this.#input.store.replace(key, printVerifyEntry(closed), signal);
    this.#keep(key, closed);
  }

  #newestOf(name: string): VerifyClaim | undefined {
    const { prefix } = this.#input;
    return [...(this.#entries ?? [])]
      .filter(([key]) => readKey(prefix, key)?.name === name)
      .map(([key, entry]) => ({ key, entry }))
      .toSorted((a, b) => b.entry.attempt - a.entry.attempt)[0];
  }

  async #readOne(key: string, signal: AbortSignal): Promise<VerifyEntry | undefined> {
    const text = await this.#input.store.read(key, signal);
    if (text === undefined) return undefined;
    const entry = parseVerifyEntry(key, text);
    this.#keep(key, entry);
    return entry;
  }

  #keep(key: string, entry: VerifyEntry): void {
    this.#entries = new Map(this.#entries ?? []).set(key, entry);
    if (entry.ended !== undefined) this.#beats.delete(key);
    else if (this.#beats.get(key)?.beatAt !== entry.beatAt)
      this.#beats.set(key, { beatAt: entry.beatAt, sinceMs: this.#input.clock.monotonicMs() });
  }

  #silentForMs(claim: VerifyClaim | undefined): number {
    const beat = claim === undefined ? undefined : this.#beats.get(claim.key);
    return beat === undefined ? 0 : this.#input.clock.monotonicMs() - beat.sinceMs;
  }
}

/** Keys of entries: those of the newest due times, and those that may go. */
const newestFirst = (prefix: string, keys: readonly string[]) => {
  const named = keys.flatMap((key) => {
    const name = readKey(prefix, key)?.name;
    const time = name === undefined ? undefined : timeOf(name);
    return name === undefined || time === undefined ? [] : [{ key, name, timeMs: time.getTime() }];
  });
  const names = [...new Map(named.map(({ name, timeMs }) => [name, timeMs] as const))]
    .toSorted(([, a], [, b]) => b - a)
    .map(([name]) => name);
  const kept = new Set(names.slice(0, keptNames));
  const keysOf = (isKept: boolean) =>
    named.filter(({ name }) => kept.has(name) === isKept).map(({ key }) => key);
  return { kept: keysOf(true), old: keysOf(false) };
};
