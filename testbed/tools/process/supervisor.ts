import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { cleanEnvironment, identityOf, type OsUser } from '@howdah/testing/run-as';
import { errorCatalogue } from '../errors.ts';
import { endProcess, signalGroup } from './end-process.ts';
import { tailOf } from './log-tail.ts';
import { identify, type ProcessIdentity } from './proc.ts';
import { emptyRecord, type RunRecord, removeRecord, writeRecord } from './run-record.ts';
import { stopRun } from './stop-run.ts';

/** When a part ends, relative to the others. Stores last: PostgreSQL's shutdown waits for its archiver. */
export const stopStages = { observers: 0, agents: 1, load: 2, members: 3, consensus: 4, stores: 5 } as const;

export interface ProcessSpec {
  /** e.g. `etcd`, `patroni/pg-0`, `suite/pg-0`. */
  readonly id: string;
  readonly stage: number;
  readonly user: OsUser;
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
  readonly stopDeadlineMs?: number;
  /** Started again this long after it ended by itself; never when absent. */
  readonly restartAfterMs?: number;
}

/** One supervised process, which may live several lives under the same id. */
export interface Managed {
  readonly id: string;
  readonly logFile: string;
  readonly pid: number | undefined;
  readonly running: boolean;
  /** Starts it when it is not running. */
  start(): void;
  /** Sends a signal to it and its children; `SIGKILL` leaves it dead until {@link start}. */
  kill(signal: NodeJS.Signals): void;
  /** Asks it to end, and kills it after its deadline. */
  stop(): Promise<void>;
  /** The last lines it wrote. */
  logTail(lines?: number): Promise<string>;
}

/** Starts processes, writes down what runs, and ends all of it in order. */
export class Supervisor {
  readonly #recordPath: string;
  #record: RunRecord;
  readonly #managed = new Map<string, ManagedProcess>();
  #stopping = false;

  /** @param recordPath the file that lets another process clean up after us. */
  constructor(recordPath: string) {
    this.#recordPath = recordPath;
    const me = identify(process.pid);
    if (me === undefined) {
      throw new HowdahError(
        errorCatalogue.unsupportedSystem,
        'this system has no /proc, so processes cannot be told apart',
      );
    }
    this.#record = emptyRecord(me);
    writeRecord(recordPath, this.#record);
  }

  /** Starts `spec` now; becoming ready is the caller's to wait for. */
  async start(spec: ProcessSpec): Promise<Managed> {
    await mkdir(dirname(spec.logFile), { recursive: true });
    const managed = new ManagedProcess(
      spec,
      () => this.#write(),
      () => this.#stopping,
    );
    this.#managed.set(spec.id, managed);
    managed.start();
    return managed;
  }

  get(id: string): Managed | undefined {
    return this.#managed.get(id);
  }

  /** Remembers what else has to be given back at the end. */
  remember(what: Partial<Pick<RunRecord, 'dataDirectories' | 'mounts' | 'temporary'>>): void {
    this.#record = {
      ...this.#record,
      dataDirectories: [...this.#record.dataDirectories, ...(what.dataDirectories ?? [])],
      mounts: [...this.#record.mounts, ...(what.mounts ?? [])],
      temporary: [...this.#record.temporary, ...(what.temporary ?? [])],
    };
    this.#write();
  }

  /** Ends everything, in order; nothing is restarted from here on. */
  async stopAll(): Promise<void> {
    this.#stopping = true;
    await stopRun(this.#record);
    removeRecord(this.#recordPath);
  }

  #write(): void {
    const processes = [...this.#managed.values()].flatMap((managed) => managed.recorded());
    this.#record = { ...this.#record, processes };
    writeRecord(this.#recordPath, this.#record);
  }
}

class ManagedProcess implements Managed {
  readonly #spec: ProcessSpec;
  readonly #changed: () => void;
  readonly #stopping: () => boolean;
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #held = false;

  constructor(spec: ProcessSpec, changed: () => void, stopping: () => boolean) {
    this.#spec = spec;
    this.#changed = changed;
    this.#stopping = stopping;
  }

  get id(): string {
    return this.#spec.id;
  }
  get logFile(): string {
    return this.#spec.logFile;
  }
  get pid(): number | undefined {
    return this.#child?.pid;
  }
  get running(): boolean {
    return this.#child !== undefined;
  }

  recorded(): RunRecord['processes'] {
    const { id, stage, stopSignal = 'SIGTERM', stopDeadlineMs = 5_000 } = this.#spec;
    return this.#identity === undefined ? [] : [{ id, stage, stopSignal, stopDeadlineMs, ...this.#identity }];
  }

  start(): void {
    if (this.#child !== undefined || this.#stopping()) return;
    this.#held = false;
    const { user, file, args, env, logFile } = this.#spec;
    const log = openSync(logFile, 'a');
    const child = spawn(file, [...args], {
      ...identityOf(user),
      cwd: '/',
      // A group of its own: Ctrl-C in the terminal goes to us alone, and we end the rest in order.
      detached: true,
      env: { ...cleanEnvironment(user), ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identify(child.pid);
    this.#changed();
    const ended = () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#identity = undefined;
      if (this.#stopping()) return;
      this.#changed();
      const { restartAfterMs } = this.#spec;
      if (restartAfterMs === undefined || this.#held) return;
      setTimeout(() => this.#held || this.start(), restartAfterMs).unref();
    };
    child.once('exit', ended);
    child.once('error', ended);
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL') this.#held = true;
    if (this.#identity !== undefined) signalGroup(this.#identity, signal);
  }

  async stop(): Promise<void> {
    this.#held = true;
    const { stopSignal = 'SIGTERM', stopDeadlineMs = 5_000 } = this.#spec;
    const child = this.#child;
    if (this.#identity !== undefined) await endProcess(this.#identity, stopSignal, stopDeadlineMs);
    // Only when we have heard of it, too, can it be started again.
    if (child !== undefined && child.exitCode === null && child.signalCode === null)
      await once(child, 'exit');
  }

  logTail(lines = 20): Promise<string> {
    return tailOf(this.logFile, lines);
  }
}
