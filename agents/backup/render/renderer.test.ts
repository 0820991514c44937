import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HowdahError } from '@howdah/core/errors';
import { pgbackrestErrors } from '@howdah/pgbackrest/errors';
import { readSecret } from '@howdah/runtime/secrets';
import { fakeClock } from '@howdah/testing/fake-clock';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { Renderer } from './renderer.ts';

const passphrase = 'not for everybody';

/** A renderer in a directory of its own, with one secret, and a pgBackRest that says what the test wants. */
const renderer = async () => {
  const directory = await temporaryDirectory();
  const said: Record<string, unknown>[] = [];
  const passphraseFile = join(directory.path, 'passphrase');
  await writeFile(passphraseFile, `${passphrase}\n`);
  let verdict = async (_text: string): Promise<readonly string[]> => [];
  let asked = 0;
  const rendered = join(directory.path, 'pgbackrest');
  const start = () =>
    new Renderer({
      directory: rendered,
      wanted: {
        sections: new Map([['global', [['repo1-path', '/backups']]]]),
        secrets: [{ option: 'repo1-cipher-pass', valueFile: passphraseFile }],
      },
      readSecret,
      tryOut: async ({ configFile }) => {
        asked += 1;
        return verdict(await readFile(configFile, 'utf8'));
      },
      clock: fakeClock(),
      logger: pino({}, { write: (line: string) => void said.push(JSON.parse(line)) }),
    });
  const signal = new AbortController().signal;
  const files = {
    main: join(rendered, 'pgbackrest.conf'),
    secrets: join(rendered, 'conf.d', 'secrets.conf'),
  };
  const first = start();
  await first.look(signal);
  return {
    ...{ first, start, said, files, passphraseFile, signal, rendered },
    asked: () => asked,
    says: (next: typeof verdict) => {
      verdict = next;
    },
    read: async () => ({
      main: await readFile(files.main, 'utf8'),
      secrets: await readFile(files.secrets, 'utf8'),
    }),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
};

it('writes two files, of which only its own user may read the one with secrets', async () => {
  await using it = await renderer();
  const { main, secrets } = await it.read();
  expect(main).toContain('\n[global]\nrepo1-path=/backups\n');
  expect(main).not.toContain(passphrase);
  expect(secrets).toContain(`\n[global]\nrepo1-cipher-pass=${passphrase}\n`);
  expect((await stat(it.files.main)).mode & 0o777).toBe(0o640);
  expect((await stat(it.files.secrets)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(it.rendered, 'conf.d'))).toEqual(['secrets.conf']);
  expect(it.first.state).toMatchObject({ writtenAt: new Date('2026-03-01T00:00:00Z'), warnings: [] });
});

it('leaves alone what is right, also after a start', async () => {
  await using it = await renderer();
  const before = (await stat(it.files.secrets)).ino;
  await it.first.look(it.signal);
  const second = it.start();
  await second.look(it.signal);
  expect((await stat(it.files.secrets)).ino).toBe(before);
  expect(second.state).toEqual({ warnings: [] });
  expect(it.asked()).toBe(2);
});

it('brings back what is gone, was changed or is open to others', async () => {
  await using it = await renderer();
  const before = await it.read();
  await rm(join(it.rendered, 'conf.d'), { recursive: true });
  await it.first.look(it.signal);
  expect(await it.read()).toEqual(before);
  await chmod(it.files.secrets, 0o644);
  await writeFile(it.files.main, '[global]\n');
  await it.first.look(it.signal);
  expect(await it.read()).toEqual(before);
  expect((await stat(it.files.secrets)).mode & 0o777).toBe(0o600);
});

it('takes a rotated secret', async () => {
  await using it = await renderer();
  await writeFile(it.passphraseFile, 'another');
  await it.first.look(it.signal);
  expect((await it.read()).secrets).toContain('repo1-cipher-pass=another\n');
});

it.each([
  ['is empty', '', 'is empty'],
  ['has two lines', 'one\ntwo\n', 'a line end'],
  ['ends with a space', 'one \n', 'would be lost'],
])('keeps the last files while a secret %s, says so once, and goes on by itself', async (_, text, words) => {
  await using it = await renderer();
  const before = await it.read();
  await writeFile(it.passphraseFile, text);
  await it.first.look(it.signal);
  await it.first.look(it.signal);
  expect(it.first.state.problem).toContain(words);
  expect(await it.read()).toEqual(before);
  expect(
    it.said.filter(({ msg }) => msg === 'pgbackrest.conf cannot be written, and stays as it is'),
  ).toHaveLength(1);
  await writeFile(it.passphraseFile, passphrase);
  await it.first.look(it.signal);
  expect(it.first.state.problem).toBeUndefined();
  expect(it.said.at(-1)?.msg).toBe('pgbackrest.conf can be written again');
});

it('keeps the last files while a secret is missing', async () => {
  await using it = await renderer();
  const before = await it.read();
  await rm(it.passphraseFile);
  await it.first.look(it.signal);
  expect(it.first.state.problem).toContain('cannot read the secret file');
  expect(await it.read()).toEqual(before);
});

it('does not put in place what pgBackRest refuses, and asks it once for the same', async () => {
  await using it = await renderer();
  const before = await it.read();
  it.says(async () => {
    throw new HowdahError(pgbackrestErrors.configuration, `'abc' is not valid for 'process-max' option`);
  });
  await writeFile(it.passphraseFile, 'another');
  await it.first.look(it.signal);
  await it.first.look(it.signal);
  expect(it.first.state.problem).toContain('process-max');
  expect(await it.read()).toEqual(before);
  expect(await readdir(join(it.rendered, 'conf.d'))).toEqual(['secrets.conf']);
  expect(it.asked()).toBe(2);
});

it('writes what could not be tried out, since archive_command’s pgBackRest may be another', async () => {
  await using it = await renderer();
  it.says(async () => {
    throw new HowdahError(pgbackrestErrors.missing, 'cannot run pgbackrest');
  });
  await writeFile(it.passphraseFile, 'another');
  await it.first.look(it.signal);
  expect(it.first.state.problem).toBeUndefined();
  expect((await it.read()).secrets).toContain('another');
});

it('tells what pgBackRest passes over', async () => {
  await using it = await renderer();
  it.says(async () => [`configuration file contains invalid option 'proces-max'`]);
  await writeFile(it.passphraseFile, 'another');
  await it.first.look(it.signal);
  await it.first.look(it.signal);
  expect(it.first.state.warnings).toEqual([`configuration file contains invalid option 'proces-max'`]);
  expect(it.said.filter(({ warnings }) => warnings !== undefined)).toHaveLength(1);
});

it('says no secret in any line of its log', async () => {
  await using it = await renderer();
  await writeFile(it.passphraseFile, 'one\ntwo-that-is-secret\n');
  await it.first.look(it.signal);
  expect(JSON.stringify([it.said, it.first.state])).not.toMatch(/not for everybody|secret-that|two-that/);
});
