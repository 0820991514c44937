import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import type { BackupRequest } from './ports.ts';
import { judgeRole, type RoleEvidence } from './role/gate.ts';
import { runBackup } from './run.ts';
import { at, dueOf } from './testing/samples.ts';

const run = { due: dueOf('full', at('01T01:00')), absorbs: [] };

/** A run whose pgBackRest ends when the test says so, and a role that is what the test says. */
const started = (signal = new AbortController().signal) => {
  const clock = fakeClock();
  let evidence: RoleEvidence = { patroni: { role: 'primary', timeline: 1, atMs: 0 } };
  let answers = true;
  const pgbackrest = Promise.withResolvers<void>();
  const requests: BackupRequest[] = [];
  const view = () => judgeRole(evidence, clock.monotonicMs());
  const role = {
    view,
    ask: async () => {
      if (answers && evidence.patroni !== undefined) {
        evidence = { patroni: { ...evidence.patroni, atMs: clock.monotonicMs() } };
      }
      return view();
    },
  };
  const end = runBackup(
    {
      run,
      member: 'pg-0',
      holdRetention: false,
      repository: {
        backup: (request, stop) => {
          requests.push(request);
          stop.addEventListener('abort', () => pgbackrest.reject(stop.reason));
          return pgbackrest.promise;
        },
      },
      role,
      clock,
      onStart: () => undefined,
    },
    signal,
  );
  return {
    ...{ clock, end, pgbackrest, requests },
    becomes: (word: 'primary' | 'replica' | 'unknown') => {
      evidence = { patroni: { role: word, timeline: 1, atMs: clock.monotonicMs() } };
    },
    fallSilent: () => {
      answers = false;
    },
  };
};

describe('a backup', () => {
  it('says in its annotations what it was taken for, and by whom', async () => {
    const { end, pgbackrest, requests } = started();
    pgbackrest.resolve();
    expect(await end).toEqual({ kind: 'completed' });
    expect(requests).toMatchObject([
      {
        type: 'full',
        repo: 1,
        annotations: {
          'howdah-schedule': 'full-schedule',
          'howdah-due': '2026-03-01T01:00:00.000Z',
          'howdah-member': 'pg-0',
        },
      },
    ]);
  });

  it('goes on while this member is primary, however long it takes', async () => {
    const { clock, end, pgbackrest } = started();
    await clock.advance(3_600_000);
    pgbackrest.resolve();
    expect(await end).toEqual({ kind: 'completed' });
  });

  it('is stopped within a second when the role is lost', async () => {
    const { clock, end, becomes } = started();
    await clock.advance(10_000);
    becomes('replica');
    await clock.advance(1_000);
    expect(await end).toEqual({ kind: 'aborted', reason: 'this member is replica now' });
  });

  it('goes on over fourteen seconds of silence, and is stopped after fifteen', async () => {
    const { clock, end, fallSilent } = started();
    let ended = false;
    void end.then(() => {
      ended = true;
    });
    await clock.advance(5_000);
    fallSilent();
    await clock.advance(15_000);
    expect(ended).toBe(false);
    await clock.advance(1_000);
    expect(await end).toMatchObject({ kind: 'aborted', reason: expect.stringContaining('for 15 s') });
  });

  it('is stopped when the process is about to end', async () => {
    const stopping = new AbortController();
    const { end } = started(stopping.signal);
    stopping.abort(new Error('shutdown'));
    expect(await end).toEqual({ kind: 'aborted', reason: 'the agent was asked to stop' });
  });

  it('that fails has failed', async () => {
    const { end, pgbackrest } = started();
    const error = new Error('disk full');
    pgbackrest.reject(error);
    expect(await end).toEqual({ kind: 'failed', error });
  });

  it('that fails because the primary was demoted under it counts as aborted', async () => {
    const { end, pgbackrest, becomes } = started();
    becomes('unknown');
    pgbackrest.reject(new Error('terminating connection due to administrator command'));
    expect(await end).toEqual({ kind: 'aborted', reason: 'this member is unknown now' });
  });

  it('leaves no sleeper behind', async () => {
    const { clock, end, pgbackrest } = started();
    await clock.advance(500);
    pgbackrest.resolve();
    await end;
    expect(clock.sleepers).toBe(0);
  });
});
