import type { StanzaInfo } from '@howdah/pgbackrest/info';
import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it, vi } from 'vitest';
import { at, backupOf, infoOf } from '../testing/samples.ts';
import { createRepositoryWatch } from './watch.ts';

const quiet = new AbortController().signal;
const ok = { code: 0, message: 'ok' };

const watch = (
  info: (repo?: number) => Promise<StanzaInfo>,
  configured = [1, 2],
  reach: (repo: number) => Promise<void> = async () => undefined,
) => {
  const asked: (number | undefined)[] = [];
  const repository = {
    info: (_: AbortSignal, repo?: number) => {
      asked.push(repo);
      return info(repo);
    },
    reach,
  };
  return { asked, watch: createRepositoryWatch({ repository, configured, clock: fakeClock() }) };
};

describe('reading the repositories', () => {
  it('takes one command when all answer', async () => {
    const { asked, watch: repositories } = watch(async () => infoOf());
    await repositories.read(quiet);
    expect(asked).toEqual([undefined]);
    expect(repositories.failure()).toBeUndefined();
  });

  it('begins after it was asked for: one under way may be older than what is looked for', async () => {
    const answers: ((info: StanzaInfo) => void)[] = [];
    const { asked, watch: repositories } = watch(() => new Promise((resolve) => answers.push(resolve)));
    const before = repositories.read(quiet);
    const [after, too] = [repositories.read(quiet), repositories.read(quiet)];
    answers[0]?.(infoOf());
    await before;
    await vi.waitUntil(() => answers.length === 2);
    answers[1]?.(infoOf({ backups: [backupOf('full', at('01T00:00'))] }));
    await Promise.all([after, too]);
    expect(repositories.views()[0]?.backups).toHaveLength(1);
    // Those who waited shared one.
    expect(asked).toHaveLength(2);
  });

  it('is done again for who still wants it, when whoever began it has given up', async () => {
    const answers: { resolve: (info: StanzaInfo) => void; reject: (error: Error) => void }[] = [];
    const { watch: repositories } = watch(
      () => new Promise((resolve, reject) => answers.push({ resolve, reject })),
    );
    const first = repositories.read(quiet);
    const stop = new AbortController();
    const impatient = expect(repositories.read(stop.signal)).rejects.toThrow('enough');
    const patient = repositories.read(quiet);
    answers[0]?.resolve(infoOf());
    await first;
    await vi.waitUntil(() => answers.length === 2);
    stop.abort(new Error('enough'));
    answers[1]?.reject(new Error('stopped'));
    await impatient;
    await vi.waitUntil(() => answers.length === 3);
    answers[2]?.resolve(infoOf());
    await patient;
  });

  it('asks each by itself when one hangs the command, and shows the good one', async () => {
    const { asked, watch: repositories } = watch(async (repo) => {
      if (repo !== 1) throw new Error('did not end within 30 s');
      return infoOf({ backups: [backupOf('full', at('01T00:00'))] });
    });
    await repositories.read(quiet);
    expect(asked).toEqual([undefined, 1, 2]);
    expect(repositories.views().map(({ repo, reachable, message }) => [repo, reachable, message])).toEqual([
      [1, true, undefined],
      [2, false, 'did not end within 30 s'],
    ]);
    expect(repositories.info()?.status).toEqual({ code: 4, message: 'different across repos' });
    expect(repositories.info()?.repositories.map(({ status }) => status)).toEqual([
      ok,
      { code: 99, message: 'did not end within 30 s' },
    ]);
  });

  it('has failed as a whole when none answers, and keeps what it knew', async () => {
    let down = false;
    const { watch: repositories } = watch(async () => {
      if (down) throw new Error('no such program');
      return infoOf({ backups: [backupOf('full', at('01T00:00'))] });
    }, [1]);
    await repositories.read(quiet);
    down = true;
    await repositories.read(quiet);
    expect(repositories.failure()).toBe('no such program');
    expect(repositories.info()).toBeUndefined();
    expect(repositories.views()).toMatchObject([{ reachable: false, backups: [{ type: 'full' }] }]);
  });

  it('rejects when aborted, and takes that for no failure', async () => {
    const stopping = new AbortController();
    const { watch: repositories } = watch(async () => {
      stopping.abort(new Error('stop'));
      throw new Error('terminated');
    });
    await expect(repositories.read(stopping.signal)).rejects.toThrow('stop');
    expect(repositories.failure()).toBeUndefined();
  });
});

describe('asking for a sign of life', () => {
  const both = infoOf({
    repositories: [
      { repo: 1, cipher: 'none', status: ok },
      { repo: 2, cipher: 'none', status: ok },
    ],
    backups: [backupOf('full', at('01T00:00'), { repo: 2 })],
  });

  it('shows the repository that gives none, with the backups it was last seen to have', async () => {
    const { watch: repositories } = watch(
      async () => both,
      [1, 2],
      async (repo) => {
        if (repo === 2) throw new Error('no route to host');
      },
    );
    await repositories.read(quiet);
    await repositories.probe(quiet);
    expect(repositories.views()).toMatchObject([
      { repo: 1, reachable: true, backups: [] },
      { repo: 2, reachable: false, message: 'no route to host', backups: [{ type: 'full' }] },
    ]);
    await repositories.read(quiet);
    expect(repositories.views()).toMatchObject([{ reachable: true }, { reachable: true }]);
  });

  it('asks none that did not answer, and says nothing over what was read meanwhile', async () => {
    const asked: number[] = [];
    const { promise, reject } = Promise.withResolvers<void>();
    const { watch: repositories } = watch(
      async () => infoOf(),
      [1, 2],
      (repo) => {
        asked.push(repo);
        return promise;
      },
    );
    await repositories.read(quiet);
    const probed = repositories.probe(quiet);
    await repositories.read(quiet);
    reject(new Error('late'));
    await probed;
    expect(asked).toEqual([1]);
    expect(repositories.views()).toMatchObject([{ reachable: true }, { reachable: false }]);
  });
});
