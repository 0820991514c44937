import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { checkConfigDirectory, loadConfig } from './config.ts';
import { configInForce } from './config-in-force.ts';
import type { Directories } from './directories.ts';
import { secretFile } from './secrets.ts';

const schema = z.strictObject({
  intervalSeconds: z.int('a whole number of seconds').min(1).default(15),
  postgres: z.strictObject({ port: z.int().max(65_535), passwordFile: secretFile().optional() }),
});
const description = { name: 'exporter', schema } as const;

const directoriesIn = (root: string): Directories => ({
  config: join(root, 'config'),
  postgresSource: join(root, 'postgres'),
  secrets: join(root, 'secrets'),
  state: join(root, 'state'),
  run: join(root, 'run'),
});

/** What is made of an exporter.yaml that says `text`. */
const load = async (text: string) => {
  await using root = await temporaryDirectory();
  await writeFile(join(root.path, 'exporter.yaml'), text);
  return loadConfig(root.path, description);
};

describe('a configuration file', () => {
  it('gives the value with its defaults', async () => {
    expect(await load('postgres: {port: 5432}')).toMatchObject({
      state: 'valid',
      config: { intervalSeconds: 15, postgres: { port: 5432 } },
    });
  });

  it('tells all its problems at once, each with its path, what was seen and what would be right', async () => {
    const result = await load(
      'intervalSeconds: soon\npostgres: {port: 5432, prot: 1, passwordFile: /none/such}',
    );
    expect(result).toMatchObject({
      state: 'invalid',
      problems: [
        {
          file: 'exporter.yaml',
          path: 'intervalSeconds',
          seen: '"soon"',
          expected: 'a whole number of seconds',
        },
        {
          file: 'exporter.yaml',
          path: 'postgres.prot',
          seen: '1',
          expected: 'a known key (this one is unknown)',
        },
        {
          file: 'exporter.yaml',
          path: 'postgres.passwordFile',
          seen: '"/none/such"',
          expected: 'a file that can be read (there is none)',
        },
      ],
    });
  });

  it('wants something in a file that a secret is in', async () => {
    await using root = await temporaryDirectory();
    const [password, authority] = [join(root.path, 'password'), join(root.path, 'ca.crt')];
    await Promise.all([writeFile(password, ''), writeFile(authority, '')]);
    const files = z.strictObject({ passphraseFile: z.string(), caFile: z.string() });
    await writeFile(
      join(root.path, 'exporter.yaml'),
      JSON.stringify({ passphraseFile: password, caFile: authority }),
    );
    expect(await loadConfig(root.path, { ...description, schema: files })).toMatchObject({
      problems: [{ path: 'passphraseFile', expected: 'a file that can be read (it is empty)' }],
    });
  });

  it('says in few words what would be right where the schema says nothing of its own', async () => {
    const result = await load('postgres: {port: soon}');
    expect(result).toMatchObject({
      problems: [{ path: 'postgres.port', seen: '"soon"', expected: 'number' }],
    });
  });

  it('never shows a value whose key speaks of a secret', async () => {
    const result = await load('postgres: {port: 5432, password: hunter2}');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('never shows the password that stands in an address', async () => {
    const result = await load('postgres: {port: "http://me:hunter2@10.0.0.7:9200"}');
    expect(JSON.stringify(result)).toContain('http://[redacted]@10.0.0.7:9200');
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('names the line where it is no YAML', async () => {
    const result = await load('postgres:\n  port: [1\n');
    expect(result).toMatchObject({
      state: 'invalid',
      problems: [{ path: expect.stringMatching(/^line \d$/) }],
    });
  });

  it('wants each program that a `command` names to be one that can be run, and says which is not', async () => {
    await using root = await temporaryDirectory();
    const commands = z.strictObject({ hooks: z.array(z.strictObject({ command: z.array(z.string()) })) });
    const [plain, program] = [join(root.path, 'plain'), join(root.path, 'program')];
    await writeFile(plain, '', { mode: 0o644 });
    await writeFile(program, '', { mode: 0o755 });
    const write = (paths: readonly string[]) =>
      writeFile(
        join(root.path, 'exporter.yaml'),
        JSON.stringify({ hooks: paths.map((path) => ({ command: [path, '/none/such/argument'] })) }),
      );
    await write([program]);
    expect(await loadConfig(root.path, { ...description, schema: commands })).toMatchObject({
      state: 'valid',
    });
    await write([program, plain, root.path, '/none/such']);
    expect(await loadConfig(root.path, { ...description, schema: commands })).toMatchObject({
      problems: [
        { path: 'hooks.1.command.0', expected: expect.stringMatching(/^a program that can be run \(EACCES/) },
        { path: 'hooks.2.command.0', expected: 'a program that can be run (it is no file)' },
        { path: 'hooks.3.command.0', expected: 'a program that can be run (there is none)' },
      ],
    });
  });

  it('refuses a bomb of aliases', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`)}]`),
    ];
    expect(await load(bomb.join('\n'))).toMatchObject({
      state: 'invalid',
      problems: [{ expected: expect.stringContaining('YAML') }],
    });
  });
});

describe('a configuration directory', () => {
  it('names a YAML file that turns no agent on', async () => {
    await using root = await temporaryDirectory();
    await writeFile(join(root.path, 'exportr.yaml'), '{}');
    expect(await checkConfigDirectory(root.path, [description])).toMatchObject([{ file: 'exportr.yaml' }]);
  });

  it('that is missing is an error with the way out', async () => {
    await expect(checkConfigDirectory('/none/such', [description])).rejects.toMatchObject({
      code: 'HOWDAH_CONFIG_DIRECTORY_UNREADABLE',
    });
  });
});

describe('the configuration in force', () => {
  it('is the last good one while the file is wrong, and the corrected one afterwards', async () => {
    await using root = await temporaryDirectory();
    const directories = directoriesIn(root.path);
    await mkdir(directories.config);
    const write = (text: string): Promise<void> => writeFile(join(directories.config, 'exporter.yaml'), text);

    expect((await configInForce(directories, description)).state).toBe('off');
    await write('postgres: {port: x}');
    expect((await configInForce(directories, description)).state).toBe('misconfigured');
    await write('postgres: {port: 1}');
    expect(await configInForce(directories, description)).toMatchObject({
      state: 'valid',
      config: { postgres: { port: 1 } },
      problems: [],
    });
    await write('postgres: {port: x}');
    expect(await configInForce(directories, description)).toMatchObject({
      state: 'valid',
      config: { postgres: { port: 1 } },
      problems: [{ path: 'postgres.port' }],
    });
    await write('postgres: {port: 2}');
    expect(await configInForce(directories, description)).toMatchObject({
      state: 'valid',
      config: { postgres: { port: 2 } },
      problems: [],
    });
  });

  it('is a correct file also where none can be kept, and says so', async () => {
    await using root = await temporaryDirectory();
    const directories = directoriesIn(root.path);
    await mkdir(directories.config);
    await writeFile(join(directories.config, 'exporter.yaml'), 'postgres: {port: 1}');
    await writeFile(directories.state, 'a file where a directory should be');
    expect(await configInForce(directories, description)).toMatchObject({
      state: 'valid',
      config: { postgres: { port: 1 } },
      notKept: expect.any(Error),
    });
  });

  it('goes on while a file that it names is away', async () => {
    await using root = await temporaryDirectory();
    const directories = directoriesIn(root.path);
    await mkdir(directories.config);
    const secret = join(root.path, 'password');
    await writeFile(secret, 'x');
    await writeFile(
      join(directories.config, 'exporter.yaml'),
      `postgres: {port: 1, passwordFile: ${secret}}`,
    );
    expect(await configInForce(directories, description)).toMatchObject({ state: 'valid', problems: [] });
    await rm(secret);
    expect(await configInForce(directories, description)).toMatchObject({
      state: 'valid',
      problems: [{ path: 'postgres.passwordFile' }],
    });
  });
});
