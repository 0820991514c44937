import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readInfo } from '@howdah/pgbackrest/info';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { expect, it, vi } from 'vitest';
import { type StartedAgent, startAgent } from '../testing/start-agent.ts';

// A real agent, pgBackRest and PostgreSQL; the hooks are scripts.
vi.setConfig({ testTimeout: 120_000 });

const repository = useRepository();
const within = { timeout: 60_000, interval: 20 };

const labels = async () => {
  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  return (await readInfo(repository().pgbackrest, options)).backups.map(({ label }) => label);
};

const hook = (script: string) => ({ command: ['/bin/sh', '-c', script] });

/** With a full that is due now, whatever was taken until a second ago. */
const agentWith = (hooks: object, more: object = {}) => {
  const at = new Date(Math.floor(Date.now() / 1_000) * 1_000).toISOString();
  const requests = [{ id: `at-${Date.now()}`, type: 'full', at }];
  return startAgent(repository(), { config: { hooks, requests, ...more } });
};

const ended = (agent: StartedAgent) =>
  vi.waitUntil(() => {
    const { running, lastRun } = agent.status();
    return running === undefined ? lastRun : undefined;
  }, within);

it('a backup has its hooks before and behind it, and those know its label', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'told');
  const tell = hook(`echo $HOWDAH_BACKUP_WHEN $HOWDAH_BACKUP_OUTCOME $HOWDAH_BACKUP_LABEL >> ${file}`);
  await using agent = await agentWith({ before: [tell], after: [tell] });
  const run = await ended(agent);
  expect(run).toMatchObject({ outcome: 'done' });
  expect(run).not.toHaveProperty('hookProblem');
  expect(await readFile(file, 'utf8')).toBe(`before\nafter done ${run.label}\n`);
  expect(await labels()).toEqual([run.label]);
});

it('a hook that fails before a backup keeps it from being taken, and it is tried again as after any failure', async () => {
  await using directory = await temporaryDirectory();
  const [mended, told] = [join(directory.path, 'mended'), join(directory.path, 'told')];
  const before = await labels();
  await using agent = await agentWith(
    {
      before: [hook(`echo not yet; test -e ${mended}`)],
      after: [hook(`echo "$HOWDAH_BACKUP_OUTCOME $HOWDAH_BACKUP_REASON" >> ${told}`)],
    },
    { retry: { initialSeconds: 1, maxSeconds: 1 } },
  );
  expect(await ended(agent)).toMatchObject({
    ...{ outcome: 'failed', reason: 'hooks.before.0 (/bin/sh) ended with 1: not yet' },
  });
  expect(await labels()).toEqual(before);
  expect(await readFile(told, 'utf8')).toMatch(/^failed hooks\.before\.0 .* not yet\n/);
  await writeFile(mended, '');
  await vi.waitUntil(() => agent.status().lastRun?.outcome === 'done', within);
  expect(await labels()).toHaveLength(before.length + 1);
});

it('a hook that fails behind a backup is told, and the backup stays done', async () => {
  await using agent = await agentWith({ after: [hook('exit 4')] });
  const run = await ended(agent);
  expect(run).toMatchObject({ outcome: 'done', hookProblem: 'hooks.after.0 (/bin/sh) ended with 4' });
  expect(await labels()).toContain(run.label);
  expect(agent.status().runs?.[0]).toMatchObject({ outcome: 'done', label: run.label });
});

it('hooks are stopped when the role is lost; those behind the run are told of it, and undo what was done', async () => {
  await using directory = await temporaryDirectory();
  const file = join(directory.path, 'told');
  const before = await labels();
  await using agent = await agentWith({
    before: [hook('exec sleep 60')],
    after: [hook(`echo "$HOWDAH_BACKUP_OUTCOME: $HOWDAH_BACKUP_REASON" > ${file}`)],
  });
  await vi.waitUntil(() => agent.status().running?.hooks === 'before', within);
  const lostAt = Date.now();
  agent.becomes('replica');
  expect(await ended(agent)).toMatchObject({ outcome: 'aborted', reason: 'this member is replica now' });
  expect(Date.now() - lostAt).toBeLessThan(15_000);
  expect(await readFile(file, 'utf8')).toBe('aborted: this member is replica now\n');
  expect(await labels()).toEqual(before);
});

it('hooks behind a backup that was done are stopped when the role is lost meanwhile', async () => {
  await using agent = await agentWith({ after: [hook('exec sleep 60')] });
  await vi.waitUntil(() => agent.status().running?.hooks === 'after', within);
  agent.becomes('replica');
  expect(await ended(agent)).toMatchObject({
    ...{ outcome: 'done', hookProblem: 'hooks.after.0 was stopped: this member is replica now' },
  });
});
