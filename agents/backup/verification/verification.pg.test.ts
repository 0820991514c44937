import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { createStanza } from '@howdah/pgbackrest/stanza';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { expect, it, vi } from 'vitest';
import { verifyPath } from '../control/messages.ts';
import { type StartedAgent, startAgent } from '../testing/start-agent.ts';

const repository = useRepository();
const options = () => ({ signal: new AbortController().signal, timeoutMs: 60_000 });

/** Due an hour and a half ago, and not again before tomorrow. */
const dueAt = new Date(Math.floor((Date.now() - 5_400_000) / 60_000) * 60_000);
const verify = { cron: `${dueAt.getUTCMinutes()} ${dueAt.getUTCHours()} * * *` };

const seen = (agent: StartedAgent) => agent.status().verification?.repositories[0];

const attempts = async (): Promise<readonly string[]> => {
  const names = await readdir(join(repository().repositoryPath(1), 'howdah/main/verifies'), {
    recursive: true,
  });
  return names.filter((name) => name.endsWith('.json')).toSorted();
};

const askForVerify = (agent: StartedAgent): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const socketPath = join(agent.runDirectory, 'backup.sock');
    request({ socketPath, path: verifyPath, method: 'POST', headers }, (response) => {
      response.setEncoding('utf8').on('data', (body: string) => resolve(JSON.parse(body).at));
    })
      .on('error', reject)
      .end('{}');
  });

/** Flips a byte; returns the undo. */
const damage = async (file: string) => {
  const sound = await readFile(file);
  const bytes = Buffer.from(sound);
  bytes.writeUInt8((bytes[40] ?? 0) ^ 0xff, 40);
  await writeFile(file, bytes);
  return () => writeFile(file, sound);
};

/** The name of the one directory there. */
const only = async (directory: string): Promise<string> => {
  const [entry] = (await readdir(directory, { withFileTypes: true })).filter((one) => one.isDirectory());
  return entry?.name ?? '';
};

const patience = { timeout: 40_000, interval: 100 };

it('verifies once for each due time, over a restart, and names the file that is damaged', async () => {
  const { pgbackrest, repositoryPath } = repository();
  await createStanza(pgbackrest, options());
  await takeBackup(pgbackrest, { ...options(), type: 'full', repo: 1 });
  let first: string | undefined;
  {
    await using agent = await startAgent(repository(), { config: { verify } });
    await vi.waitFor(() => expect(seen(agent)?.last).toBeDefined(), patience);
    expect(seen(agent)?.last).toMatchObject({
      ...{ verdict: 'valid', problems: [], member: 'pg-0', dueAt: dueAt.toISOString() },
    });
    first = seen(agent)?.last?.startedAt;
  }
  const scheduled = await attempts();
  expect(scheduled).toHaveLength(1);

  await using agent = await startAgent(repository(), { member: 'pg-1', config: { verify } });
  // What the other member found is known here, and is not found out again.
  await vi.waitFor(() => expect(seen(agent)?.last?.startedAt).toBe(first), patience);
  const found = async () => {
    const at = await askForVerify(agent);
    await vi.waitFor(() => expect(seen(agent)?.last?.dueAt).toBe(at), patience);
    return seen(agent)?.last;
  };
  const backups = join(repositoryPath(1), 'backup/main');
  const [label = ''] = (await readdir(backups)).filter((name) => /^\d{8}-/.test(name));
  const mend = await damage(join(backups, label, 'pg_data/global/pg_control.gz'));
  expect(await found()).toMatchObject({
    verdict: 'invalid',
    problems: [
      expect.stringMatching(`${label}: invalid, 1 of \\d+ files`),
      expect.stringContaining(`${label}/pg_data/global/pg_control.gz`),
    ],
  });
  await mend();

  // pgBackRest ends at the first segment of a directory when that cannot be decompressed.
  const archive = join(
    repositoryPath(1),
    'archive/main',
    await only(join(repositoryPath(1), 'archive/main')),
  );
  const segments = join(archive, await only(archive));
  const [segment = ''] = (await readdir(segments)).toSorted();
  const mendWal = await damage(join(segments, segment));
  expect(await found()).toMatchObject({ verdict: 'invalid', problems: [expect.stringContaining('zlib')] });
  await mendWal();

  // pgBackRest says ok of these two.
  await rename(join(backups, label, 'backup.manifest'), join(backups, 'manifest'));
  await rename(join(backups, label, 'backup.manifest.copy'), join(backups, 'manifest.copy'));
  expect(await found()).toMatchObject({ verdict: 'invalid', problems: [`${label}: manifest missing`] });
  await rename(join(backups, label), join(repositoryPath(1), label));
  expect(await found()).toMatchObject({
    ...{ verdict: 'invalid', problems: [`${label}: not found, although backup.info names it`] },
  });
  expect((await attempts()).filter((name) => name.startsWith('verify@'))).toEqual(scheduled);
}, 120_000);
