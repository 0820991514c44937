import { HowdahError } from '@howdah/core/errors';
import type { Session } from '@howdah/postgres/connect';
import { postgresErrors } from '@howdah/postgres/errors';
import { fakeClock } from '@howdah/testing/fake-clock';
import { expect, it } from 'vitest';
import { confirmReload } from './confirm.ts';

it('leaves no session open where a server is too slow to answer in it', async () => {
  let open = 0;
  const slow = async (): Promise<Session> => {
    open += 1;
    const close = async () => {
      open -= 1;
    };
    return {
      serverVersionNum: 150_000,
      backendPid: 1,
      alive: true,
      query: async () => {
        throw new HowdahError(postgresErrors.statementTimeout, 'too slow');
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  };
  const before = { marker: null, loadedAt: 'then' };
  const outcome = await confirmReload(
    { openSession: slow, clock: fakeClock(), deadlineMs: 0, before, marker: 'a' },
    new AbortController().signal,
  );
  expect(outcome.outcome).toBe('server-gone');
  expect(open).toBe(0);
});
