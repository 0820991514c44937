import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ourselves } from '@howdah/testing/run-as';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identify, isAlive, startTicksOf } from './proc.ts';
import { readRecord } from './run-record.ts';
import { stopOrder, stopRun } from './stop-run.ts';
import { type ProcessSpec, Supervisor } from './supervisor.ts';
import { waitFor } from './wait-for.ts';

let directory: string;
let supervisor: Supervisor;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'supervisor-'));
  supervisor = new Supervisor(record());
});
afterEach(async () => {
  await supervisor.stopAll();
  await rm(directory, { recursive: true, force: true });
});

const record = () => join(directory, 'run.json');
const shell = (id: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  id,
  stage: 0,
  user: ourselves(),
  file: 'sh',
  args: ['-c', script],
  logFile: join(directory, `${id}.log`),
  ...more,
});
const eventually = (what: string, look: () => boolean) =>
  waitFor(what, async () => look(), { deadlineMs: 5_000, everyMs: 10, signal: new AbortController().signal });

describe('a supervised process', () => {
  it('leaves its words in its log', async () => {
    const managed = await supervisor.start(shell('talker', 'echo one; echo two >&2; sleep 60'));
    await waitFor('its words', async () => (await managed.logTail()).includes('two'), {
      deadlineMs: 5_000,
      signal: new AbortController().signal,
    });
    expect(await managed.logTail(1)).toBe('two');
  });

  it('starts again by itself when it is meant to, and not after it was killed on purpose', async () => {
    const managed = await supervisor.start(shell('phoenix', 'sleep 60', { restartAfterMs: 10 }));
    const first = managed.pid ?? 0;
    process.kill(first, 'SIGTERM');
    await eventually('another life', () => managed.running && managed.pid !== first);
    managed.kill('SIGKILL');
    await eventually('its end', () => !managed.running);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(managed.running).toBe(false);
    managed.start();
    expect(managed.running).toBe(true);
  });

  it('takes its children along when it is stopped', async () => {
    const managed = await supervisor.start(shell('parent', 'sleep 61 & echo $!; wait'));
    await waitFor('the child', async () => /^\d+$/.test(await managed.logTail()), {
      deadlineMs: 5_000,
      signal: new AbortController().signal,
    });
    const child = identify(Number(await managed.logTail()));
    await managed.stop();
    expect(child !== undefined && isAlive(child)).toBe(false);
  });

  it('is killed when it does not end in time', async () => {
    const managed = await supervisor.start(
      shell('deaf', "trap '' TERM; echo ready; while :; do sleep 1; done", { stopDeadlineMs: 100 }),
    );
    await waitFor('the trap', async () => (await managed.logTail()).includes('ready'), {
      deadlineMs: 5_000,
      signal: new AbortController().signal,
    });
    await managed.stop();
    await eventually('its end', () => !managed.running);
  });
});

describe('what was started', () => {
  it('can be ended by another process that has only the record', async () => {
    const managed = await supervisor.start(shell('left', 'sleep 60'));
    const socketDirectory = await mkdtemp(join(tmpdir(), 'sockets-'));
    supervisor.remember({ temporary: [socketDirectory] });
    const found = readRecord(record());
    expect(found?.processes.map(({ id }) => id)).toEqual(['left']);
    if (found !== undefined) await stopRun(found);
    await eventually('its end', () => !managed.running);
    await expect(stat(socketDirectory)).rejects.toThrow(/ENOENT/);
  });

  it('is never mistaken for a later process with the same number', async () => {
    const stranger = spawn('sleep', ['60'], { detached: true });
    const identity = identify(stranger.pid ?? 0);
    if (identity === undefined) throw new Error('sleep did not start');
    const found = readRecord(record());
    if (found === undefined) throw new Error('no record');
    const stale = { id: 'gone', stage: 0, stopSignal: 'SIGTERM', stopDeadlineMs: 100 } as const;
    await stopRun({
      ...found,
      processes: [{ ...stale, pid: identity.pid, startTicks: identity.startTicks - 1 }],
    });
    expect(isAlive(identity)).toBe(true);
    stranger.kill('SIGKILL');
  });

  it('ends stage by stage, the stores last', () => {
    const entry = (id: string, stage: number) =>
      ({ id, stage, pid: 1, startTicks: 1, stopSignal: 'SIGTERM', stopDeadlineMs: 1 }) as const;
    const order = stopOrder([
      entry('azurite', 5),
      entry('patroni/pg-0', 3),
      entry('suite', 1),
      entry('patroni/pg-1', 3),
    ]);
    expect(order.map((group) => group.map(({ id }) => id))).toEqual([
      ['suite'],
      ['patroni/pg-0', 'patroni/pg-1'],
      ['azurite'],
    ]);
  });
});

describe('the start time in /proc', () => {
  it('is found behind a command with blanks and parentheses', () => {
    const fields = Array.from({ length: 40 }, (_, index) => String(index + 4));
    expect(startTicksOf(`12 (a (b) c) S ${fields.join(' ')}`)).toBe(22);
  });

  it('is none for a zombie', () => {
    expect(startTicksOf(`12 (sh) Z ${'0 '.repeat(40)}`)).toBeUndefined();
  });
});
