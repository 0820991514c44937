import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPgBackRest } from './run.ts';

/** Shell scripts in pgBackRest's place: here it is about the process, not about what it does. */
let directory: string;
const program = async (body: string) => {
  const binary = join(directory, `program-${crypto.randomUUID()}`);
  await writeFile(binary, `#!/bin/sh\n${body}\n`);
  await chmod(binary, 0o755);
  return { binary, configFile: '/etc/x.conf', stanza: 'main' };
};
const quiet = () => ({ signal: new AbortController().signal, timeoutMs: 5_000 });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-run-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('runPgBackRest', () => {
  it('hands arguments over as they are, never through a shell', async () => {
    const { stdout } = await runPgBackRest(
      await program('for a in "$@"; do echo "<$a>"; done'),
      'backup',
      ['--annotation=why=$(id); "x"'],
      quiet(),
    );
    expect(stdout.split('\n')).toEqual([
      '<--config=/etc/x.conf>',
      '<--stanza=main>',
      '<--log-level-console=off>',
      '<--log-level-stderr=warn>',
      '<backup>',
      '<--annotation=why=$(id); "x">',
      '',
    ]);
  });

  it('names a program that is not there', async () => {
    const run = runPgBackRest({ binary: '/nowhere/pgbackrest', stanza: 'main' }, 'info', [], quiet());
    await expect(run).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_MISSING' });
  });

  it('classifies what pgBackRest says when it fails', async () => {
    const failing = await program('echo "ERROR: [050]: unable to acquire lock" >&2; exit 50');
    await expect(runPgBackRest(failing, 'backup', [], quiet())).rejects.toMatchObject({
      code: 'HOWDAH_PGBACKREST_LOCKED',
      message: 'pgbackrest backup failed: [050]: unable to acquire lock',
    });
  });

  it('stops a command that misses its deadline', async () => {
    const run = runPgBackRest(await program('exec sleep 30'), 'info', [], { ...quiet(), timeoutMs: 50 });
    await expect(run).rejects.toMatchObject({ code: 'HOWDAH_PGBACKREST_TIMEOUT' });
  });

  it('ends the process on abort and rejects with the reason, even when SIGTERM is ignored', async () => {
    const stopping = new AbortController();
    let pid = 0;
    const stubborn = await program("trap '' TERM; while :; do sleep 0.05; done");
    const run = runPgBackRest(stubborn, 'backup', [], {
      signal: stopping.signal,
      timeoutMs: 5_000,
      graceMs: 100,
      onStart: (started) => {
        pid = started;
        setTimeout(() => stopping.abort(new Error('role lost')), 50);
      },
    });
    await expect(run).rejects.toThrow('role lost');
    expect(alive(pid)).toBe(false);
  });

  it('starts nothing when it was aborted before', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    const run = runPgBackRest(await program('exit 0'), 'info', [], { signal, timeoutMs: 1_000 });
    await expect(run).rejects.toThrow('too late');
  });

  it('keeps only the end of endless warnings', async () => {
    const noisy = await program('yes warning | head -c 3000000 >&2; echo last >&2');
    const { stderr } = await runPgBackRest(noisy, 'info', [], quiet());
    expect(stderr.length).toBeLessThanOrEqual(16 * 1024);
    expect(stderr.endsWith('last\n')).toBe(true);
  });
});
