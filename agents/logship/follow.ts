import { HowdahError } from '@howdah/core/errors';
import { CsvFramer, type Frame } from '@howdah/pglog/csv-frame';
import type { Logger } from '@howdah/runtime/logger';
import { BatchBuilder } from './batch.ts';
import type { Delivery } from './delivery.ts';
import { logshipErrors } from './errors.ts';
import { type FilePosition, identityOf, type LogFile } from './model.ts';
import { type Recognised, recognise, type SeenFile } from './recognise.ts';
import { chunkBytes, openTail, stillThere, type Tail } from './tail.ts';

export interface FollowerInput {
  readonly delivery: Delivery;
  readonly member: string;
  readonly maxRecordBytes: number;
  readonly logger: Logger;
  /** Called with the bytes that were seen in a file and are gone undelivered. */
  readonly lost: (bytes: number) => void;
  /** Called between batches of a long row, so that counts become durable on the way. */
  readonly delivered: (signal: AbortSignal) => Promise<void>;
}

/** What is known of a file between two looks. */
interface Followed {
  readonly file: LogFile;
  readonly kind: Recognised['kind'];
  /** Holds the beginning of a record whose end is not written yet. */
  framer?: CsvFramer;
}

/** One file may hold up the others for so much of its backlog. */
const turnBytes = 8 * 1024 * 1024;

/** An older file whose last record has no end after this long will get none: its server died. */
const unfinishedMs = 60_000;

/** Reads what is new in the files, whichever of them it is in, and hands it on in batches. */
export class Follower {
  readonly #input: FollowerInput;
  readonly #buffer = Buffer.allocUnsafe(chunkBytes);
  #followed = new Map<string, Followed>();
  #unreadable: HowdahError | undefined;
  #seen: readonly LogFile[] = [];

  constructor(input: FollowerInput) {
    this.#input = input;
  }

  /** Bytes not delivered, of the files as they were last looked at. */
  get backlogBytes(): number {
    return this.files.reduce((sum, file) => sum + Math.max(0, file.sizeBytes - this.offsetOf(file)), 0);
  }

  /** Why a file could not be read at the last look; the others are followed all the same. */
  get unreadable(): HowdahError | undefined {
    return this.#unreadable;
  }

  get files(): readonly LogFile[] {
    return this.#seen.filter((file) => this.#followed.get(identityOf(file))?.kind !== 'copy');
  }

  /** Takes note of how large `files` are, without reading them: while nothing can be delivered, too. */
  see(files: readonly LogFile[]): void {
    this.#seen = files;
  }

  offsetOf(file: LogFile): number {
    return this.#input.delivery.position(identityOf(file))?.offsetBytes ?? 0;
  }

  /**
   * Delivers what `files` (oldest first) hold beyond their positions.
   *
   * @returns `end` when nothing is left, `more` when a file has used up its turn, `held` when a sink does not
   * take what it is given
   */
  async follow(
    files: readonly LogFile[],
    nowMs: number,
    signal: AbortSignal,
  ): Promise<'end' | 'more' | 'held'> {
    this.#unreadable = undefined;
    this.see(files);
    await this.#recognise(files);
    const youngest = files.at(-1);
    let outcome: 'end' | 'more' = 'end';
    for (const file of files) {
      signal.throwIfAborted();
      const followed = this.#followed.get(identityOf(file));
      if (followed === undefined || followed.kind === 'copy') continue;
      const finished = file !== youngest && nowMs - file.modifiedMs > unfinishedMs;
      const readTo = followed.framer?.pushedTo ?? this.offsetOf(file);
      if (readTo >= file.sizeBytes && !(finished && readTo > this.offsetOf(file))) continue;
      const drained = await this.#unlessUnreadable(this.#drain(followed, finished, signal));
      if (drained === 'held') return 'held';
      if (drained === 'more') outcome = 'more';
    }
    return outcome;
  }

  /** Finds out what the files are that look other than before. */
  async #recognise(files: readonly LogFile[]): Promise<void> {
    const { delivery } = this.#input;
    const before = this.#followed;
    const next = new Map<string, Followed>();
    const unchanged: FilePosition[] = [];
    const keep = (followed: Followed) => {
      next.set(identityOf(followed.file), followed);
      const position = delivery.position(identityOf(followed.file));
      if (position !== undefined) unchanged.push(position);
    };
    const looked = files.map((file) => ({ file, followed: before.get(identityOf(file)) }));
    const isNews = looked.some(
      ({ file, followed }) => followed === undefined || !looksTheSame(followed.file, file),
    );
    if (!isNews && looked.length === before.size) return;
    const changed: SeenFile[] = [];
    for (const { file, followed } of looked) {
      // A copy is looked at again with every other change: copytruncate makes it the only one left.
      if (followed !== undefined && followed.kind !== 'copy' && looksTheSame(followed.file, file)) {
        keep(followed);
        continue;
      }
      const head = await this.#unlessUnreadable(this.#headOf(file));
      if (head !== undefined) changed.push({ file, head });
      // Replaced since it was listed: the next look will see by what.
      else if (followed !== undefined) keep(followed);
    }
    const claimable = delivery.positions.filter((position) => !unchanged.includes(position));
    const recognised = recognise(changed, claimable, unchanged);
    for (const one of recognised)
      next.set(identityOf(one.file), this.#take(one, before.get(identityOf(one.file))));
    this.#countLost(before, next, recognised);
    delivery.reposition(
      [...unchanged, ...recognised.flatMap((one) => (one.kind === 'known' ? [one.position] : []))],
      new Set(next.keys()),
    );
    this.#followed = next;
  }

  #take(recognised: Recognised, before: Followed | undefined): Followed {
    const { logger, delivery } = this.#input;
    const { file, kind } = recognised;
    if (kind === 'copy') {
      if (before?.kind !== 'copy') logger.info({ file: file.name, of: recognised.of }, 'a copy, not counted');
      return { file, kind };
    }
    if (kind === 'new') {
      const rewritten = before !== undefined && delivery.position(identityOf(file)) !== undefined;
      if (rewritten) logger.info({ file: file.name }, 'log file was truncated or rewritten');
      else if (before === undefined) logger.info({ file: file.name }, 'new log file');
      return { file, kind };
    }
    if (recognised.shrunk) {
      logger.warn({ file: file.name, sizeBytes: file.sizeBytes }, 'log file has lost its end');
      return { file, kind };
    }
    const framer = before?.framer;
    const goesOn = framer?.framedTo === recognised.position.offsetBytes;
    return { file, kind, ...(framer !== undefined && goesOn ? { framer } : {}) };
  }

  /** What was seen, and neither delivered nor found again under another name. */
  #countLost(
    before: ReadonlyMap<string, Followed>,
    next: ReadonlyMap<string, Followed>,
    recognised: readonly Recognised[],
  ): void {
    const { delivery, logger, lost } = this.#input;
    for (const [identity, { file, kind }] of before) {
      if (kind === 'copy') continue;
      const position = delivery.position(identity);
      const now = next.get(identity);
      // Of one that nothing was delivered of, only a smaller size tells that it was written anew.
      const stays =
        position === undefined ? (now?.file.sizeBytes ?? -1) >= file.sizeBytes : now?.kind === 'known';
      const moved = recognised.some(
        (one) => one.kind === 'known' && one.position.fingerprint.sha256 === position?.fingerprint.sha256,
      );
      const bytes = file.sizeBytes - (position?.offsetBytes ?? 0);
      if (stays || moved || bytes <= 0) continue;
      logger.error({ file: file.name, bytes }, 'log was removed before it could be delivered');
      lost(bytes);
    }
  }

  /** Undefined when the file is gone, or another has its name by now. */
  async #headOf(file: LogFile): Promise<Buffer | undefined> {
    await using tail = await openTail(file, this.#buffer);
    return await tail?.head();
  }

  /** One file that cannot be read is remembered, and must not hold up the others. */
  async #unlessUnreadable<Value>(action: Promise<Value>): Promise<Value | undefined> {
    try {
      return await action;
    } catch (error) {
      if (!(error instanceof HowdahError) || error.code !== logshipErrors.fileUnreadable.code) throw error;
      this.#unreadable = error;
      return undefined;
    }
  }

  async #drain(followed: Followed, finished: boolean, signal: AbortSignal): Promise<'end' | 'more' | 'held'> {
    const { file } = followed;
    const { delivery, member, maxRecordBytes } = this.#input;
    await using tail = await openTail(file, this.#buffer);
    if (tail === undefined) return 'end';
    const position = delivery.position(identityOf(file));
    const framer = followed.framer ?? new CsvFramer({ offset: position?.offsetBytes ?? 0, maxRecordBytes });
    // Taken up again only when all goes well: else the next turn reads on from the delivered position.
    delete followed.framer;
    const builder = new BatchBuilder(file, member, position?.fingerprint);
    const stopAt = framer.pushedTo + turnBytes;
    let atEnd = false;
    while (!atEnd && framer.pushedTo < stopAt) {
      const chunk = await tail.read(framer.pushedTo);
      atEnd = chunk.length === 0;
      const frames = atEnd ? (finished ? framer.end() : []) : framer.push(chunk);
      if (!(await this.#collect(frames, builder, tail, signal))) return this.#stopped();
    }
    if (!(await this.#deliver(builder, tail, signal))) return this.#stopped();
    if (framer.heldBytes > 0 && !(atEnd && finished)) followed.framer = framer;
    return atEnd ? 'end' : 'more';
  }

  async #collect(
    frames: readonly Frame[],
    builder: BatchBuilder,
    tail: Tail,
    signal: AbortSignal,
  ): Promise<boolean> {
    for (const frame of frames) {
      builder.add(frame);
      if (builder.full && !(await this.#deliver(builder, tail, signal))) return false;
    }
    return true;
  }

  async #deliver(builder: BatchBuilder, tail: Tail, signal: AbortSignal): Promise<boolean> {
    const batch = builder.take();
    if (batch === undefined) return true;
    // A truncation between two chunks would mix two files: the next look tells them apart.
    if (!(await stillThere(tail, batch.position))) return false;
    if (!(await this.#input.delivery.deliver(batch, signal))) return false;
    await this.#input.delivered(signal);
    return true;
  }

  #stopped(): 'held' | 'end' {
    return this.#input.delivery.held ? 'held' : 'end';
  }
}

const looksTheSame = (a: LogFile, b: LogFile): boolean =>
  a.name === b.name && a.sizeBytes === b.sizeBytes && a.modifiedMs === b.modifiedMs;
