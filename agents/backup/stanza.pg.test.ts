import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { readInfo } from '@howdah/pgbackrest/info';
import { createStanza } from '@howdah/pgbackrest/stanza';
import type { RunOutcome } from '@howdah/status/backup';
import { useRepository } from '@howdah/testing/pgbackrest-repository';
import { ourselves, runAs } from '@howdah/testing/run-as';
import { temporaryDirectory } from '@howdah/testing/temporary-directory';
import { describe, expect, it, vi } from 'vitest';
import { refusalOf } from './repository/stanza-judgement.ts';
import { type LoopOn, loopOn } from './testing/loop-on.ts';
import { makeOlder } from './testing/older-stanza.ts';
import { dueOnce } from './testing/samples.ts';
import { serverOn } from './testing/server-on.ts';
import { memoryOf } from './testing/stanza-memory.ts';
import { startAgent } from './testing/start-agent.ts';

const quiet = () => new AbortController().signal;
const here = useRepository();
/** Another cluster, whose stanza has the same name. */
const there = useRepository();

const begin = async (more: Partial<LoopOn> = {}) => {
  const outcomes: RunOutcome[] = [];
  const onOutcome = (outcome: RunOutcome) => void outcomes.push(outcome);
  const timed = [dueOnce('nightly', 'full', new Date())];
  const member = await loopOn({ on: here(), timed, onOutcome, ...more });
  await member.stanzas.look(quiet());
  return { ...member, outcomes };
};
const info = () => readInfo(here().pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
const identifierOf = async ({ server }: ReturnType<typeof here>) =>
  (await serverOn(server).cluster(quiet())).systemIdentifier;
const infoFiles = ['archive/main/archive.info', 'backup/main/backup.info'].flatMap((file) => [
  file,
  `${file}.copy`,
]);
const contents = () =>
  Promise.all(infoFiles.map((file) => readFile(`${here().repositoryPath(1)}/${file}`, 'utf8')));
const removeStanza = () =>
  Promise.all(
    ['archive', 'backup'].map((name) => rm(`${here().repositoryPath(1)}/${name}`, { recursive: true })),
  );

/** After three failures the archiver rests for a minute, unless something wakes it. */
const awake = () => {
  const timer = setInterval(() => void here().server.query('SELECT pg_reload_conf()'), 500);
  return { [Symbol.dispose]: () => clearInterval(timer) };
};

describe('on a real PostgreSQL and a real repository', () => {
  it('a stanza of another cluster gets nothing, whatever a person says, and both identifiers are told', async () => {
    await createStanza(there().pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
    const [from, to] = [there().repositoryPath(1), here().repositoryPath(1)];
    await runAs(ourselves(), 'cp', ['-a', `${from}/archive`, `${from}/backup`, to]);
    const before = await contents();
    const upgradeFrom = await identifierOf(there());
    const { loop, repositories, outcomes } = await begin({ upgradeFrom });
    await loop.cycle(quiet());
    await loop.cycle(quiet());
    expect(outcomes).toEqual([]);
    const because = refusalOf(repositories.views()[0]);
    expect(because).toContain(upgradeFrom);
    expect(because).toContain(await identifierOf(here()));
    expect(await contents()).toEqual(before);
    await removeStanza();
  });

  it('a stanza of an older version is upgraded once a person says that it was this cluster’s, and backed up to', async () => {
    await createStanza(here().pgbackrest, { signal: quiet(), timeoutMs: 30_000 });
    const former = '7000000000000000001';
    for (const file of infoFiles) await makeOlder(`${here().repositoryPath(1)}/${file}`, former);
    const before = await contents();

    const unasked = await begin();
    await unasked.loop.cycle(quiet());
    expect(refusalOf(unasked.repositories.views()[0])).toContain(`stanzaUpgradeFrom: "${former}"`);
    expect(unasked.outcomes).toEqual([]);
    expect(await contents()).toEqual(before);

    using _ = awake();
    const { loop, outcomes } = await begin({ upgradeFrom: former });
    await loop.cycle(quiet());
    expect(outcomes).toMatchObject([{ type: 'full', outcome: 'done' }]);
    expect((await info()).databases).toEqual([
      { repo: 1, databaseId: 1, postgresVersion: '14', systemIdentifier: former },
      { repo: 1, databaseId: 2, postgresVersion: '15', systemIdentifier: await identifierOf(here()) },
    ]);
    const { loop: again } = await begin({ upgradeFrom: former });
    await again.cycle(quiet());
    expect((await info()).databases).toHaveLength(2);
  }, 120_000);

  it('a volume that is not mounted any more gets no other stanza, and is used again when it is back', async () => {
    const path = here().repositoryPath(1);
    await using state = await temporaryDirectory();
    const remembering = () => ({
      volumes: new Map([[1, undefined]]),
      memory: memoryOf({ stateDir: state.path, directories: new Map([[1, path]]) }),
    });
    const { loop, repositories, stanzas, outcomes } = await begin(remembering());
    await rename(path, `${path}.away`);
    await mkdir(path);
    await repositories.read(quiet());
    expect(repositories.views()).toMatchObject([{ stanzaMissing: true }]);
    await loop.cycle(quiet());
    expect(refusalOf(repositories.views()[0])).toContain('this member has seen it there');

    const startedAnew = await begin(remembering());
    await startedAnew.loop.cycle(quiet());
    expect(refusalOf(startedAnew.repositories.views()[0])).toContain('this member has seen it there');
    await expect(stat(`${path}/backup`)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(outcomes).toEqual([]);

    await rm(path, { recursive: true });
    await rename(`${path}.away`, path);
    await repositories.read(quiet());
    await stanzas.look(quiet());
    expect(repositories.views()).toMatchObject([{ stanza: { kind: 'ours' } }]);
  });

  it('a volume of a cluster that has archived to elsewhere gets a stanza by itself', async () => {
    await removeStanza();
    const { server } = here();
    const [archiver] = await server.query('SELECT last_archived_wal FROM pg_stat_archiver');
    expect(archiver).toMatchObject({ last_archived_wal: expect.stringMatching(/^00000001/) });
    using _ = awake();
    const { loop, outcomes } = await begin({ volumes: new Map([[1, undefined]]) });
    await loop.cycle(quiet());
    expect(outcomes).toMatchObject([{ type: 'full', outcome: 'done' }]);
  }, 120_000);

  it('an agent makes no stanza on a volume before another member has said that it sees it; then it checks it', async () => {
    await removeStanza();
    const members = `${here().repositoryPath(1)}/howdah/main/members`;
    await using agent = await startAgent(here(), { otherRuns: true });
    await vi.waitFor(() => stat(`${members}/pg-0.json`), { timeout: 10_000 });
    await vi.waitFor(
      () => expect(agent.waitingFor()).toContain('no other member has said yet that it sees this volume'),
      { timeout: 10_000 },
    );
    await expect(stat(`${here().repositoryPath(1)}/backup`)).rejects.toMatchObject({ code: 'ENOENT' });
    using _ = awake();
    const mark = await readFile(`${members}/pg-0.json`, 'utf8');
    await writeFile(`${members}/pg-1.json`, mark.replace('"pg-0"', '"pg-1"'));
    await vi.waitFor(() => expect(agent.status().check).toMatchObject({ at: expect.any(String) }), {
      timeout: 30_000,
      interval: 200,
    });
    expect(agent.status().check).not.toHaveProperty('reason');
    expect(agent.status().repositories).toMatchObject([{ reachable: true }]);
  }, 60_000);
});
