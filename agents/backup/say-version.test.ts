import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion, type Version } from '@howdah/pgbackrest/version';
import { createLogger } from '@howdah/runtime/logger';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it, vi } from 'vitest';
import { sayVersion } from './say-version.ts';

const quiet = new AbortController().signal;

/** What is logged, and what those who verify are told, where that script is pgBackRest; none is there without one. */
const saidOf = async (script?: string) => {
  await using directory = await temporaryDirectory();
  const binary = join(directory.path, 'pgbackrest');
  if (script !== undefined) {
    await writeFile(binary, script);
    await chmod(binary, 0o755);
  }
  const logger = createLogger('test', { level: 'silent' });
  const spies = (['info', 'warn', 'error'] as const).map((level) => ({
    level,
    spy: vi.spyOn(logger, level),
  }));
  const version = (signal: AbortSignal) =>
    readVersion({ binary, stanza: 'main' }, { signal, timeoutMs: 5_000 });
  const learnt: string[] = [];
  const verifications = { learn: ({ text }: Version) => void learnt.push(text) };
  await sayVersion({ version, verifications, logger }, quiet);
  const said = spies.flatMap(({ level, spy }) => spy.mock.calls.map((call) => [level, ...call]));
  return { said, learnt };
};

it('says which pgBackRest there is, to whoever verifies, too', async () => {
  expect(await saidOf('#!/bin/sh\necho pgBackRest 2.45\n')).toEqual({
    said: [['info', { version: '2.45' }, 'pgBackRest']],
    learnt: ['2.45'],
  });
});

it('warns of one before 2.41, which takes no annotations', async () => {
  expect((await saidOf('#!/bin/sh\necho pgBackRest 2.40\n')).said).toEqual([
    ['warn', { version: '2.40', since: '2.41' }, expect.stringContaining('annotations')],
  ]);
});

it('says that there is none', async () => {
  expect(await saidOf()).toEqual({
    said: [['error', { error: expect.any(String) }, expect.stringContaining('cannot be run')]],
    learnt: [],
  });
});
