/** A sealed segment that is not yet proven to be in the store. */
export interface BacklogEntry {
  readonly sequence: number;
  /** Of the compressed segment. */
  readonly bytes: number;
  readonly records: number;
  /** When its first record was taken from the log. */
  readonly since: string;
  readonly sealedAt: string;
}

/** What waits for the store, in the order of the chain: the collector adds, the courier takes away. */
export class Backlog {
  #entries: readonly BacklogEntry[];
  #bytes: number;
  #records: number;

  constructor(entries: readonly BacklogEntry[] = []) {
    this.#entries = entries;
    this.#bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    this.#records = entries.reduce((sum, entry) => sum + entry.records, 0);
  }

  get first(): BacklogEntry | undefined {
    return this.#entries[0];
  }

  get segments(): number {
    return this.#entries.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get records(): number {
    return this.#records;
  }

  add(entry: BacklogEntry): void {
    this.#entries = [...this.#entries, entry];
    this.#bytes += entry.bytes;
    this.#records += entry.records;
  }

  /** The first was proven. */
  shift(): void {
    const [first, ...rest] = this.#entries;
    if (first === undefined) return;
    this.#entries = rest;
    this.#bytes -= first.bytes;
    this.#records -= first.records;
  }
}
