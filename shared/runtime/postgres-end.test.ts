import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fakeClock } from '@howdah/testing/fake-clock';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import { untilPostgresEnds } from './postgres-end.ts';

/** Begins to wait for the server in `pgdata`, and lets time pass until it does. */
const waiting = (pgdata: string, withinMs: number) => {
  const clock = fakeClock();
  let outcome: string | undefined;
  void untilPostgresEnds({ pgdata, withinMs, clock, signal: new AbortController().signal }).then((ended) => {
    outcome = ended;
  });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) {
      // The look at the file is real, and over before time goes on.
      while (clock.sleepers === 0 && outcome === undefined) await turn();
      await clock.advance(100);
    }
    return outcome;
  };
  return { pass };
};

const runningServer = async () => {
  const directory = await temporaryDirectory();
  const pid = join(directory.path, 'postmaster.pid');
  await writeFile(pid, '1\n');
  return { directory, pid };
};

describe('the end of PostgreSQL', () => {
  it('is when postmaster.pid is gone, and the logging collector has had its moment', async () => {
    const { directory, pid } = await runningServer();
    await using _ = directory;
    const { pass } = waiting(directory.path, 30_000);
    expect(await pass(1_000)).toBeUndefined();
    await rm(pid);
    expect(await pass(400)).toBeUndefined();
    expect(await pass(400)).toBe('ended');
  });

  it('is waited for no longer than was said', async () => {
    const { directory } = await runningServer();
    await using _ = directory;
    const { pass } = waiting(directory.path, 1_000);
    expect(await pass(900)).toBeUndefined();
    expect(await pass(200)).toBe('still running');
  });

  it('was before, where there is no postmaster.pid', async () => {
    await using directory = await temporaryDirectory();
    expect(await waiting(directory.path, 30_000).pass(600)).toBe('ended');
  });

  it('is not waited for where it cannot be seen', async () => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, 'pgdata'), 'no directory');
    expect(await waiting(join(directory.path, 'pgdata'), 30_000).pass(100)).toBe('unknown');
  });
});
