import { fakeClock } from '@howdah/testing/fake-clock';
import { describe, expect, it } from 'vitest';
import type { PatroniWord, RecoveryWord } from '../ports.ts';
import { createRoleWatch } from './watch.ts';

const never = () => new Promise<never>(() => undefined);
const quiet = new AbortController().signal;

const watch = (withPatroni = true) => {
  const clock = fakeClock();
  let patroni: () => Promise<PatroniWord> = async () => ({ role: 'primary', timeline: 1 });
  let postgres: () => Promise<RecoveryWord> = async () => ({ inRecovery: false, timeline: 1 });
  const asked = { patroni: 0, postgres: 0 };
  const role = createRoleWatch({
    patroni: withPatroni
      ? {
          member: async (signal) => {
            asked.patroni += 1;
            return Promise.race([patroni(), aborted(signal)]);
          },
        }
      : undefined,
    server: {
      recovery: async (signal) => {
        asked.postgres += 1;
        return Promise.race([postgres(), aborted(signal)]);
      },
    },
    clock,
  });
  return {
    ...{ clock, role, asked },
    patroniSays: (answer: () => Promise<PatroniWord>) => {
      patroni = answer;
    },
    postgresSays: (answer: () => Promise<RecoveryWord>) => {
      postgres = answer;
    },
  };
};

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

describe('asking for the role', () => {
  it('troubles PostgreSQL only while Patroni is silent', async () => {
    const { clock, role, asked, patroniSays } = watch();
    expect(await role.ask(quiet)).toMatchObject({ role: 'primary', source: 'patroni' });
    patroniSays(async () => {
      throw new Error('connection refused');
    });
    await clock.advance(2_000);
    expect(await role.ask(quiet)).toMatchObject({ role: 'primary', source: 'patroni' });
    expect(asked.postgres).toBe(0);
    await clock.advance(4_000);
    expect(await role.ask(quiet)).toMatchObject({ role: 'primary', source: 'postgres' });
    expect(role.silence()).toBe('connection refused');
    patroniSays(async () => ({ role: 'replica' }));
    expect(await role.ask(quiet)).toMatchObject({ role: 'replica', source: 'patroni' });
    expect(role.silence()).toBeUndefined();
  });

  it('knows nothing when neither answers for 15 s', async () => {
    const { clock, role, patroniSays, postgresSays } = watch();
    await role.ask(quiet);
    patroniSays(() => Promise.reject(new Error('no')));
    postgresSays(() => Promise.reject(new Error('no')));
    await clock.advance(16_000);
    expect(await role.ask(quiet)).toEqual({ role: 'unknown', source: 'nobody' });
  });

  it('gives up on a Patroni that hangs, after about a second', async () => {
    const { role, patroniSays } = watch();
    patroniSays(never);
    const startedAt = performance.now();
    await role.ask(quiet);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(role.silence()).toBe('no answer within 1000 ms');
  });

  it('asks once for all who want to know at the same time', async () => {
    const { role, asked } = watch();
    await Promise.all([role.ask(quiet), role.ask(quiet), role.ask(quiet)]);
    expect(asked.patroni).toBe(1);
  });

  it('answers who joined a question that its asker gave up, as the end of a backup does', async () => {
    const { role, patroniSays } = watch();
    await role.ask(quiet);
    patroniSays(never);
    const backup = new AbortController();
    const first = role.ask(backup.signal);
    const second = role.ask(quiet);
    backup.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(await second).toMatchObject({ role: 'primary', source: 'patroni' });
    expect(role.silence()).toBeUndefined();
  });

  it('wants role and lock of Patroni and PostgreSQL’s word, all of now, before something is begun', async () => {
    const { role, patroniSays, postgresSays } = watch();
    await role.ask(quiet);
    expect(await role.confirm(quiet)).toEqual({ open: true });
    patroniSays(async () => ({ role: 'primary', timeline: 1, withoutLock: 'not here' }));
    expect(await role.confirm(quiet)).toEqual({ open: false, because: 'not here' });
    patroniSays(async () => Promise.reject(new Error('hung up')));
    expect(await role.confirm(quiet)).toMatchObject({ because: 'role and lock are not known: hung up' });
    let late = 2;
    patroniSays(async () => {
      late -= 1;
      return late < 0 ? { role: 'primary', timeline: 1 } : Promise.reject(new Error('hung up'));
    });
    expect(await role.confirm(quiet)).toEqual({ open: true });
    patroniSays(async () => ({ role: 'primary', timeline: 1 }));
    postgresSays(async () => ({ inRecovery: true }));
    expect(await role.confirm(quiet)).toMatchObject({ because: expect.stringContaining('in recovery') });
  });

  it('believes PostgreSQL where there is no Patroni', async () => {
    const { role, postgresSays } = watch(false);
    expect(await role.ask(quiet)).toMatchObject({ role: 'primary', source: 'postgres' });
    postgresSays(async () => ({ inRecovery: true }));
    expect(await role.ask(quiet)).toMatchObject({ role: 'replica' });
  });
});
