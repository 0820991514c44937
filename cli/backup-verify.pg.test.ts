import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAgent } from '@howdah/backup/testing/start-agent';
import { takeBackup } from '@howdah/pgbackrest/backup';
import { createStanza } from '@howdah/pgbackrest/stanza';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { expect, test, vi } from 'vitest';
import { runHowdah } from './testing/run-howdah.ts';

// A real agent, pgBackRest and PostgreSQL, and the real command as a process of its own.
vi.setConfig({ testTimeout: 120_000 });

const repository = useRepository();
const options = () => ({ signal: new AbortController().signal, timeoutMs: 60_000 });

test('howdah backup verify --now tells the verdict, and ends with 1 when something is damaged', async () => {
  const { pgbackrest, repositoryPath } = repository();
  await createStanza(pgbackrest, options());
  await takeBackup(pgbackrest, { ...options(), type: 'full', repo: 1 });
  await using agent = await startAgent(repository());
  const known = () => agent.status().repositories[0]?.backups.length === 1;
  await vi.waitUntil(() => known() && agent.status().role === 'primary', { timeout: 60_000 });
  const howdah = (...args: readonly string[]) =>
    runHowdah(['backup', 'verify', '--now', ...args], { HOWDAH_RUN_DIR: agent.runDirectory });

  const sound = await howdah();
  expect(sound).toMatchObject({ code: 0, stderr: '' });
  expect(sound.stdout).toMatch(/^Valid: repository 1, read through in \S+ \S+\.\n$/);

  const backups = join(repositoryPath(1), 'backup/main');
  const [label = ''] = (await readdir(backups)).filter((name) => /^\d{8}-/.test(name));
  const file = join(backups, label, 'pg_data/global/pg_control.gz');
  const bytes = await readFile(file);
  bytes.writeUInt8((bytes[40] ?? 0) ^ 0xff, 40);
  await writeFile(file, bytes);
  const damaged = await howdah('--json');
  expect(damaged.code).toBe(1);
  expect(JSON.parse(damaged.stdout)).toMatchObject({
    ...{ version: 1, repo: 1, verdict: 'invalid' },
    problems: [expect.stringContaining(label), expect.stringContaining('pg_control')],
  });
});
