import type { Statement } from '@howdah/postgres/statement';

/** One metric: all series of a name, as the text exposition format groups them. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'untyped';
  readonly help: string;
  readonly labels: readonly string[];
}

/** One series' value; `labels` in the order of the family's names. */
export interface Sample {
  readonly family: Family;
  readonly labels: readonly string[];
  readonly value: number;
}

/** What one row of a view gives; the governor keeps or drops it whole. */
export type SampleGroup = readonly Sample[];

/** What one collector read in one cycle. */
export interface Reading {
  readonly groups: readonly SampleGroup[];
  /** Series that the statement's own limit left in the server. */
  readonly leftOut: number;
}

/** What every cycle asks first: whether the server answers, and who it is now. */
export interface ServerFacts {
  /** postgres_exporter's label `server`: `host:port`. */
  readonly address: string;
  /** E.g. `150013`. */
  readonly versionNum: number;
  /** `version()`: the long text. */
  readonly version: string;
  readonly inRecovery: boolean;
  /** Of a replica behind its source, 0 on a primary; absent where nothing was replayed yet. */
  readonly lagSeconds?: number;
  /** Age of the last replayed transaction; on a replica only. */
  readonly lastReplaySeconds?: number;
}

/** Runs one statement in the cycle's session. */
export type RunStatement = <Row>(statement: Statement<Row>) => Promise<readonly Row[]>;

/** One view, one file; or a custom query. */
export interface Collector {
  /** The label of `pg_scrape_collector_success`, in postgres_exporter's words where it has the same. */
  readonly id: string;
  /** The least time between the starts of two runs; absent, each cycle. */
  readonly everyMs?: number;
  /** Reads the view; undefined where this server's version has none, or its role is another. */
  read(
    run: RunStatement,
    facts: ServerFacts,
    maxSeries: number,
    signal: AbortSignal,
  ): Promise<Reading | undefined>;
}
