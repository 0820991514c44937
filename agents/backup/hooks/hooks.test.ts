import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareEnvironmentWith } from '@howdah/runtime/environment';
import { createLogger } from '@howdah/runtime/logger';
import { sendSignal } from '@howdah/runtime/send-signal';
import type { RunOutcome } from '@howdah/status/backup';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it, vi } from 'vitest';
import { at, dueOf } from '../testing/samples.ts';
import { Hooks } from './hooks.ts';
import { createHookRunner } from './run-hook.ts';

const logger = createLogger('test', { level: 'silent' });
const quiet = () => new AbortController().signal;
const due = dueOf('full', at('01T01:00'), { scheduleId: 'nightly' });
const subject = { member: 'pg-0', run: { due, absorbs: [] } };

/** Hooks that are real processes; each is a script of /bin/sh. */
const hooksOf = (
  scripts: { before?: readonly string[]; after?: readonly string[] },
  timeoutMs = 10_000,
  onFailure?: (when: 'before' | 'after') => void,
) => {
  const runner = createHookRunner({
    ...{ graceMs: 300, environment: bareEnvironmentWith, send: sendSignal, logger },
  });
  const named = (when: 'before' | 'after') =>
    (scripts[when] ?? []).map((script, index) => ({
      ...{ key: `hooks.${when}.${index}`, command: ['/bin/sh', '-c', script], timeoutMs },
    }));
  return new Hooks({
    ...{ stanza: 'main', before: named('before'), after: named('after'), runner, logger },
    ...(onFailure === undefined ? {} : { onFailure }),
  });
};

const outcome: RunOutcome = {
  ...{ scheduleId: 'nightly', type: 'full', repo: 1, dueAt: due.dueAt.toISOString() },
  ...{ startedAt: at('01T01:00').toISOString(), endedAt: at('01T01:10').toISOString() },
  ...{ outcome: 'failed', reason: `no room\0${'x'.repeat(100_000)}` },
};

describe('hooks', () => {
  it('are told of the backup, and after it of the outcome, and know none of our secrets', async () => {
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'it is secret');
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'told');
    const tell = `env | sort | cut -c1-60 >> ${file}`;
    const hooks = hooksOf({ before: [tell], after: [tell] });
    await hooks.before(subject, quiet());
    const before = await readFile(file, 'utf8');
    expect(before).toContain('HOWDAH_BACKUP_WHEN=before\n');
    expect(before).toContain('HOWDAH_BACKUP_SCHEDULE=nightly\n');
    expect(before).toContain('HOWDAH_BACKUP_DUE=2026-03-01T01:00:00.000Z\n');
    expect(before).not.toMatch(/secret|HOWDAH_BACKUP_OUTCOME/i);
    await writeFile(file, '');
    expect(await hooks.after({ ...subject, outcome }, quiet())).toBeUndefined();
    const after = await readFile(file, 'utf8');
    expect(after).toContain('HOWDAH_BACKUP_OUTCOME=failed\n');
    expect(after).toContain('HOWDAH_BACKUP_LABEL=\n');
    expect(after).toMatch(/HOWDAH_BACKUP_REASON=no roomx+\n/);
    vi.unstubAllEnvs();
  });

  it('get their arguments as they stand: no shell is between', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, '$(touch here); *');
    const runner = createHookRunner({
      ...{ graceMs: 300, environment: bareEnvironmentWith, send: sendSignal, logger },
    });
    const hook = { key: 'hooks.before.0', command: ['/usr/bin/touch', '--', file], timeoutMs: 5_000 };
    await runner.run(hook, {}, quiet());
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('before a backup end with the first that fails, in its own last words', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'ran');
    const hooks = hooksOf({ before: ['echo first; echo disk is full >&2; exit 3', `touch ${file}`] });
    await expect(hooks.before(subject, quiet())).rejects.toMatchObject({
      ...{
        code: 'HOWDAH_BACKUP_HOOK_FAILED',
        message: 'hooks.before.0 (/bin/sh) ended with 3: disk is full',
      },
    });
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('after a backup are run to the last, and what failed is told', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'ran');
    const hooks = hooksOf({ after: ['exit 1', 'kill -9 $$', `touch ${file}`] });
    expect(await hooks.after({ ...subject, outcome }, quiet())).toBe(
      'hooks.after.0 (/bin/sh) ended with 1; hooks.after.1 (/bin/sh) was ended by SIGKILL',
    );
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('end when their time is over, with all that they have started', async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, 'pid');
    const hooks = hooksOf({ before: [`sleep 60 & echo $! > ${file}; trap '' TERM; wait; sleep 60`] }, 300);
    await expect(hooks.before(subject, quiet())).rejects.toThrow('did not end within 0.3 s');
    const pid = Number(await readFile(file, 'utf8'));
    // A zombie at most: whoever reaps it is not us.
    await vi.waitFor(async () => {
      const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
      expect(state).toMatch(/\) Z/);
    });
  });

  it('are stopped with the run, and those behind are not begun', async () => {
    const stop = new AbortController();
    const hooks = hooksOf({ before: ['sleep 60'], after: ['sleep 60', 'true'] });
    setTimeout(() => stop.abort('this member is replica now'), 200);
    await expect(hooks.before(subject, stop.signal)).rejects.toBe('this member is replica now');
    const again = new AbortController();
    setTimeout(() => again.abort('this member is replica now'), 200);
    expect(await hooks.after({ ...subject, outcome }, again.signal)).toBe(
      'hooks.after.0 was stopped: this member is replica now; hooks.after.1 was not run: this member is replica now',
    );
  });

  it('that cannot be started fail by name', async () => {
    const runner = createHookRunner({
      ...{ graceMs: 300, environment: bareEnvironmentWith, send: sendSignal, logger },
    });
    const hook = { key: 'hooks.before.0', command: ['/none/such'], timeoutMs: 5_000 };
    await expect(runner.run(hook, {}, quiet())).rejects.toThrow(
      'hooks.before.0 (/none/such) could not be started',
    );
  });
});

it('counts a hook that fails, and none that is stopped', async () => {
  const failed: string[] = [];
  const count = (when: string) => failed.push(when);
  const failing = hooksOf(
    { before: ['exit 1', 'exit 1'], after: ['exit 2', 'true', 'exit 3'] },
    10_000,
    count,
  );
  await expect(failing.before(subject, quiet())).rejects.toThrow();
  await failing.after({ ...subject, outcome }, quiet());
  expect(failed).toEqual(['before', 'after', 'after']);
  const stop = new AbortController();
  const stopped = hooksOf({ before: ['sleep 60'] }, 10_000, count).before(subject, stop.signal);
  stop.abort(new Error('role lost'));
  await expect(stopped).rejects.toThrow();
  expect(failed).toHaveLength(3);
});
