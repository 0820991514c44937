import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it } from 'vitest';
import { argumentsOf, runPgBackRest } from './run.ts';

const pgbackrest = { binary: 'pgbackrest', configFile: '/etc/pgbackrest.conf', stanza: 'demo' };

it('names configuration and stanza to every command', () => {
  expect(argumentsOf(pgbackrest, 'info', ['--output=json'])).toEqual([
    '--config=/etc/pgbackrest.conf',
    '--stanza=demo',
    '--log-level-console=off',
    '--log-level-stderr=warn',
    'info',
    '--output=json',
  ]);
});

it('names the directory with a second part of the configuration where there is one', () => {
  const split = { ...pgbackrest, configIncludePath: '/etc/pgbackrest/conf.d' };
  expect(argumentsOf(split, 'info', []).slice(0, 3)).toEqual([
    '--config=/etc/pgbackrest.conf',
    '--config-include-path=/etc/pgbackrest/conf.d',
    '--stanza=demo',
  ]);
});

it('gives no option to version, which newer pgBackRest would refuse', () => {
  expect(argumentsOf(pgbackrest, 'version', [])).toEqual(['version']);
});

it('waits for nobody whom a script around pgBackRest leaves behind with our pipes', async () => {
  await using directory = await temporaryDirectory();
  const binary = join(directory.path, 'wrapper');
  await writeFile(binary, '#!/bin/sh\nsleep 5 &\nwait\n', { mode: 0o755 });
  const startedAt = performance.now();
  const options = { signal: new AbortController().signal, timeoutMs: 200, graceMs: 200 };
  await expect(runPgBackRest({ ...pgbackrest, binary }, 'info', [], options)).rejects.toMatchObject({
    code: 'HOWDAH_PGBACKREST_TIMEOUT',
  });
  expect(performance.now() - startedAt).toBeLessThan(4_000);
});

it('gives the password of the role to pgBackRest’s libpq, and to no command line', async () => {
  await using directory = await temporaryDirectory();
  const binary = join(directory.path, 'wrapper');
  await writeFile(binary, '#!/bin/sh\nprintf %s "$PGPASSWORD $*"\n', { mode: 0o755 });
  const options = { signal: new AbortController().signal, timeoutMs: 5_000 };
  const environment = async () => ({ PGPASSWORD: 'it’s secret' });
  const { stdout } = await runPgBackRest({ ...pgbackrest, binary, environment }, 'backup', [], options);
  expect(stdout).toMatch(/^it’s secret --config=/);
  expect(stdout.slice('it’s secret'.length)).not.toContain('secret');
});
