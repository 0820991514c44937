import { HowdahError } from '@howdah/core/errors';
import { errorCatalogue } from '@howdah/testbed-tools/errors';
import type { Managed, Supervisor } from '@howdah/testbed-tools/process/supervisor';
import { Client, type QueryResultRow } from 'pg';
import type { ClusterLayout, MemberLayout, Passwords } from './layout.ts';
import { readMountedDirectory, writeMountedDirectory } from './mounted-directory.ts';
import { pgbackrest } from './pgbackrest.ts';

/** One member of a local cluster: its PostgreSQL, its Patroni, its agents, its files. */
export class Member {
  readonly layout: MemberLayout;
  readonly #cluster: ClusterLayout;
  readonly #passwords: Passwords;
  readonly #supervisor: Supervisor;

  constructor(layout: MemberLayout, cluster: ClusterLayout, passwords: Passwords, supervisor: Supervisor) {
    this.layout = layout;
    this.#cluster = cluster;
    this.#passwords = passwords;
    this.#supervisor = supervisor;
  }

  get name(): string {
    return this.layout.name;
  }
  get pgPort(): number {
    return this.layout.ports.postgres;
  }
  get patroniUrl(): string {
    return `http://127.0.0.1:${this.layout.ports.patroni}`;
  }
  get agentUrl(): string {
    return `http://127.0.0.1:${this.layout.ports.agents}`;
  }
  get dataDirectory(): string {
    return this.layout.dataDirectory;
  }
  get logDirectory(): string {
    return this.layout.logDirectory;
  }
  get configDirectory(): string {
    return this.layout.configDirectory;
  }
  get stateDirectory(): string {
    return this.layout.stateDirectory;
  }

  get patroni(): Managed {
    return this.#part('patroni');
  }
  /** The process with this member's agents. */
  get suite(): Managed {
    return this.#part('suite');
  }

  /** Of the superuser, over TCP. */
  connectionString(database = 'postgres'): string {
    return `postgresql://postgres:${this.#passwords.superuser}@127.0.0.1:${this.pgPort}/${database}`;
  }

  /** One statement as the superuser on a connection of its own; at most ten seconds. */
  async query<Row extends QueryResultRow = QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
    database = 'postgres',
  ): Promise<Row[]> {
    const client = new Client({
      connectionString: this.connectionString(database),
      connectionTimeoutMillis: 5_000,
      query_timeout: 10_000,
    });
    // Whatever breaks the connection also rejects the query; without a listener it would end the process.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** The mounted configuration as it stands. */
  config(): Promise<Record<string, string>> {
    return readMountedDirectory(this.configDirectory);
  }

  /** Swaps the mounted configuration: `files` over what stands, `undefined` takes a file away. */
  async changeConfig(files: Readonly<Record<string, string | undefined>>): Promise<void> {
    const merged = Object.entries({ ...(await this.config()), ...files });
    const kept = merged.filter((entry): entry is [string, string] => entry[1] !== undefined);
    await writeMountedDirectory(this.configDirectory, Object.fromEntries(kept));
  }

  /** Runs pgBackRest with this member's configuration, e.g. `['backup', '--type=full']`. */
  pgbackrest(args: readonly string[], signal: AbortSignal): Promise<string> {
    return pgbackrest(this.#cluster, this.layout, args, signal);
  }

  #part(kind: string): Managed {
    const managed = this.#supervisor.get(`${kind}/${this.name}`);
    if (managed === undefined) {
      throw new HowdahError(errorCatalogue.refused, `${kind} of ${this.name} was not started`);
    }
    return managed;
  }
}
