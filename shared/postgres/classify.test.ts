import { describe, expect, it } from 'vitest';
import { classified, kindOf } from './classify.ts';

const failure = (code?: string) => Object.assign(new Error('words of the other side'), code && { code });

describe('the kind of a failure', () => {
  it.each([
    ['ECONNREFUSED', 'HOWDAH_POSTGRES_UNREACHABLE', 'backoff'],
    ['ENOENT', 'HOWDAH_POSTGRES_UNREACHABLE', 'backoff'],
    ['ECONNRESET', 'HOWDAH_POSTGRES_SESSION_LOST', 'now'],
    ['57P03', 'HOWDAH_POSTGRES_NOT_ACCEPTING', 'backoff'],
    ['57P01', 'HOWDAH_POSTGRES_SESSION_LOST', 'now'],
    ['53300', 'HOWDAH_POSTGRES_TOO_MANY_CONNECTIONS', 'backoff'],
    ['53200', 'HOWDAH_POSTGRES_TRANSIENT', 'backoff'],
    ['40001', 'HOWDAH_POSTGRES_TRANSIENT', 'backoff'],
    ['28P01', 'HOWDAH_POSTGRES_LOGIN_REFUSED', 'backoff'],
    ['42501', 'HOWDAH_POSTGRES_PERMISSION_DENIED', 'never'],
    ['42703', 'HOWDAH_POSTGRES_STATEMENT_FAILED', 'never'],
  ])('of %s is %s, retried %s', (code, kind, retry) => {
    expect(kindOf(failure(code))).toMatchObject({ code: kind, retry });
  });

  it('of a connection that ended without a code is a lost session', () => {
    expect(kindOf(failure()).code).toBe('HOWDAH_POSTGRES_SESSION_LOST');
  });

  it('keeps the original as the cause', () => {
    const original = failure('57014');
    expect(classified(original, 'reading').cause).toBe(original);
  });
});
