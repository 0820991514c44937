import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'howdah-console-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const read = async (text: string) => {
  const path = join(directory, 'console.yaml');
  await writeFile(path, text);
  return readConfig(path);
};

test('a list of members is enough', async () => {
  const text = 'members: [{name: pg-0, agentUrl: http://127.0.0.1:9187}]';
  expect(await read(text)).toEqual({
    members: [{ name: 'pg-0', agentUrl: 'http://127.0.0.1:9187' }],
    refreshSeconds: 5,
    staleAfterSeconds: 15,
  });
});

test('every problem is told at once, each with its place', async () => {
  const text = `
members:
  - {name: pg-0, agentUrl: "ftp://127.0.0.1"}
  - {name: pg-0, agentUrl: "http://127.0.0.1:9188"}
refreshSeconds: 0
colour: blue
`;
  const reading = read(text);
  await expect(reading).rejects.toMatchObject({ code: 'HOWDAH_CONSOLE_CONFIG_INVALID' });
  for (const place of ['members.0.agentUrl', 'refreshSeconds', 'colour'])
    await expect(reading).rejects.toThrow(place);
});

test('two members of one name, and answers stale before they are renewed, are refused', async () => {
  const text = `
members:
  - {name: pg-0, agentUrl: "http://127.0.0.1:9187"}
  - {name: pg-0, agentUrl: "http://127.0.0.1:9188"}
refreshSeconds: 30
`;
  const reading = read(text);
  await expect(reading).rejects.toThrow('members.1.name: expected a name of its own (“pg-0” is there twice)');
  await expect(reading).rejects.toThrow('staleAfterSeconds: expected more than refreshSeconds (30)');
});

test.each(['members: [', '[]', ''])('%j is refused', async (text) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'HOWDAH_CONSOLE_CONFIG_INVALID' });
});

test('a file that is not there says where it should be', async () => {
  await expect(readConfig(join(directory, 'absent.yaml'))).rejects.toMatchObject({
    code: 'HOWDAH_CONSOLE_CONFIG_UNREADABLE',
  });
});
