import type { Clock } from '@howdah/core/clock';
import { HowdahError } from '@howdah/core/errors';
import type { Backup } from '@howdah/pgbackrest/info';
import { backupErrors } from '../errors.ts';
import { type Due, initialId } from '../model.ts';
import type { JournalStore } from '../ports.ts';
import { type Claimant, decideClaim, isAtIt } from './decide.ts';
import { type Ending, type Entry, parseEntry, printEntry } from './entry.ts';
import { attemptKey, dueName, readKey, timeOf } from './key.ts';
import { toPrune } from './prune.ts';

/** The attempt of this member, which it alone may make. */
export interface Claim {
  readonly key: string;
  readonly entry: Entry;
}

export type Claiming =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'held'; readonly by: string; readonly because: string }
  | { readonly kind: 'settled'; readonly label?: string }
  | { readonly kind: 'cancelled'; readonly because: string };

export interface JournalInput {
  readonly store: JournalStore;
  /** Of its keys, e.g. `pgbackrest/howdah/orders/runs/`. */
  readonly prefix: string;
  readonly clock: Clock;
}

/** The newest due times of which a look reads the entries; older ones are history. */
const mostNames = 200;

/**
 * Who makes, made or failed at which backup of one repository: one object for each attempt, in the repository’s own
 * store, created by one member alone. Whether a backup exists is not asked of it but of pgBackRest.
 */
export class Journal {
  readonly #input: JournalInput;
  /** As last read, by key; those that have ended do not change any more. */
  #entries: ReadonlyMap<string, Entry> = new Map();
  /** All that there were at the last look. */
  #keys: readonly string[] = [];
  /** The last sign of life of attempts under way, and when it was first seen here; monotonic. */
  readonly #beats = new Map<string, { readonly beatAt: string; readonly sinceMs: number }>();

  constructor(input: JournalInput) {
    this.#input = input;
  }

  /** As last read, the newest due time first. */
  entries(): readonly Entry[] {
    return [...this.#entries.values()].toSorted(
      (a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt) || b.attempt - a.attempt,
    );
  }

  /**
   * Whether the store lets an object be created by one alone, tried out on a key of this member's that means nothing:
   * some that speak S3 take `If-None-Match: *` and replace the object all the same.
   */
  async createsOnce(member: string, signal: AbortSignal): Promise<boolean> {
    const { store, prefix } = this.#input;
    const key = `${prefix}probe/${encodeURIComponent(member)}`;
    // Of an agent that was killed in the middle.
    await store.remove(key, signal);
    await store.create(key, 'first\n', signal);
    const again = await store.create(key, 'second\n', signal);
    await store.remove(key, signal);
    return !again;
  }

  /** Reads what is new. */
  async read(signal: AbortSignal): Promise<void> {
    const { store, prefix } = this.#input;
    const keys = await store.list(prefix, signal);
    this.#keys = keys;
    const wanted = newestNames(prefix, keys);
    const entries = new Map<string, Entry>();
    for (const key of wanted) {
      const known = this.#entries.get(key);
      const one = known?.ended === undefined ? await this.#readOne(key, signal) : known;
      if (one !== undefined) entries.set(key, one);
    }
    this.#entries = entries;
    for (const key of this.#beats.keys()) if (!entries.has(key)) this.#beats.delete(key);
  }

  /**
   * Makes the next attempt at `due` this member’s, if it may; closes the one before where it takes that over.
   *
   * @param absorbs what a done attempt does along with itself
   * @param superseded labels of backups that were done and do not count any more
   */
  async claim(
    due: Due,
    absorbs: readonly Due[],
    me: Claimant,
    signal: AbortSignal,
    superseded: ReadonlySet<string> = new Set(),
  ): Promise<Claiming> {
    try {
      return await this.#claim(due, absorbs, me, signal, superseded);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof HowdahError && cause.kind === backupErrors.journalUnreadable) throw cause;
      throw new HowdahError(backupErrors.journalUnreachable, 'the run journal could not be written', {
        cause,
      });
    }
  }

  async #claim(
    due: Due,
    absorbs: readonly Due[],
    me: Claimant,
    signal: AbortSignal,
    superseded: ReadonlySet<string>,
  ): Promise<Claiming> {
    const { store, prefix, clock } = this.#input;
    const name = dueName(due);
    const newest = await this.#newestOf(name, signal);
    const again = due.scheduleId === initialId || superseded.has(newest?.entry.ended?.label ?? '');
    const decision = decideClaim(newest?.entry, me, this.#silentForMs(newest), again);
    if (decision.kind !== 'free' && decision.kind !== 'take-over') return decision;
    if (decision.kind === 'take-over' && newest !== undefined)
      await this.end(newest, { outcome: 'failed', reason: decision.because }, signal);
    const attempt = (newest?.entry.attempt ?? 0) + 1;
    const now = clock.now().toISOString();
    const entry: Entry = {
      format: 1,
      ...{ schedule: due.scheduleId, due: due.dueAt.toISOString(), type: due.type, repo: due.repo, attempt },
      absorbs: absorbs.map(({ scheduleId, dueAt }) => ({ schedule: scheduleId, due: dueAt.toISOString() })),
      ...{ member: me.member, agent: me.agent },
      ...(me.timeline === undefined ? {} : { timeline: me.timeline }),
      ...{ startedAt: now, beatAt: now },
    };
    const key = attemptKey(prefix, name, attempt);
    if (await store.create(key, printEntry(entry), signal)) {
      this.#keep(key, entry);
      return { kind: 'claimed', claim: { key, entry } };
    }
    const winner = await this.#readOne(key, signal);
    if (winner === undefined)
      return { kind: 'held', by: 'another member', because: 'another member was first' };
    return { kind: 'held', by: winner.member, because: isAtIt(winner) };
  }

  /**
   * Says that the member is still at it.
   *
   * @returns why it may not be any more; undefined while it may
   */
  async beat({ key, entry }: Claim, signal: AbortSignal): Promise<string | undefined> {
    const found = await this.#readOne(key, signal);
    if (found === undefined) return 'its entry in the run journal is gone';
    if (found.ended !== undefined) return `another member closed it: ${found.ended.reason ?? ''}`;
    const beating = { ...entry, beatAt: this.#input.clock.now().toISOString() };
    await this.#input.store.replace(key, printEntry(beating), signal);
    this.#keep(key, beating);
    return undefined;
  }

  /** Closes an attempt, one’s own or one that was taken over. */
  async end({ key, entry }: Claim, ending: Omit<Ending, 'at'>, signal: AbortSignal): Promise<void> {
    const ended = { ...entry, ended: { at: this.#input.clock.now().toISOString(), ...ending } };
    await this.#input.store.replace(key, printEntry(ended), signal);
    this.#keep(key, ended);
  }

  /** Attempts under way that `me` may close, with the reason. */
  orphans(me: Claimant): readonly (Claim & { readonly because: string })[] {
    return [...this.#entries].flatMap(([key, entry]) => {
      if (entry.ended !== undefined) return [];
      const decision = decideClaim(entry, me, this.#silentForMs({ key, entry }), false);
      return decision.kind === 'take-over' ? [{ key, entry, because: decision.because }] : [];
    });
  }

  /** Removes what nobody asks for any more. */
  async prune(backups: readonly Backup[], signal: AbortSignal): Promise<void> {
    const { store, prefix, clock } = this.#input;
    for (const key of toPrune(prefix, this.#keys, backups, clock.now())) await store.remove(key, signal);
  }

  async #newestOf(name: string, signal: AbortSignal): Promise<Claim | undefined> {
    const { store, prefix } = this.#input;
    const keys = await store.list(`${prefix}${name}/`, signal);
    const attempts = keys.flatMap((key) => readKey(prefix, key)?.attempt ?? []);
    if (attempts.length === 0) return undefined;
    const key = attemptKey(prefix, name, Math.max(...attempts));
    const entry = await this.#readOne(key, signal);
    return entry === undefined ? undefined : { key, entry };
  }

  async #readOne(key: string, signal: AbortSignal): Promise<Entry | undefined> {
    const text = await this.#input.store.read(key, signal);
    if (text === undefined) return undefined;
    const entry = parseEntry(key, text);
    this.#keep(key, entry);
    return entry;
  }

  #keep(key: string, entry: Entry): void {
    this.#entries = new Map(this.#entries).set(key, entry);
    if (entry.ended !== undefined) this.#beats.delete(key);
    else if (this.#beats.get(key)?.beatAt !== entry.beatAt)
      this.#beats.set(key, { beatAt: entry.beatAt, sinceMs: this.#input.clock.monotonicMs() });
  }

  #silentForMs(claim: Claim | undefined): number {
    const beat = claim === undefined ? undefined : this.#beats.get(claim.key);
    return beat === undefined ? 0 : this.#input.clock.monotonicMs() - beat.sinceMs;
  }
}

/** Keys of entries, those of the newest due times: a name ends with its time. */
const newestNames = (prefix: string, keys: readonly string[]): readonly string[] => {
  const named = keys.flatMap((key) => {
    const read = readKey(prefix, key);
    return read === undefined
      ? []
      : [{ key, name: read.name, timeMs: timeOf(read.name)?.getTime() ?? Number.POSITIVE_INFINITY }];
  });
  const names = [...new Map(named.map(({ name, timeMs }) => [name, timeMs] as const))]
    .toSorted(([, a], [, b]) => Number(a < b) - Number(a > b))
    .slice(0, mostNames);
  const wanted = new Set(names.map(([name]) => name));
  return named.filter(({ name }) => wanted.has(name)).map(({ key }) => key);
};
