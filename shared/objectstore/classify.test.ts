import { HowdahError } from '@howdah/core/errors';
import { describe, expect, it } from 'vitest';
import { kindOfFailure, storeFailure } from './classify.ts';

describe('a failed call to a store', () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'HOWDAH_STORE_UNREACHABLE'],
    [{ code: 'ENOTFOUND' }, 'HOWDAH_STORE_UNREACHABLE'],
    [{ status: 200, code: 'ECONNRESET' }, 'HOWDAH_STORE_UNREACHABLE'],
    [{}, 'HOWDAH_STORE_UNREACHABLE'],
    [{ code: 'TimeoutError' }, 'HOWDAH_STORE_TIMEOUT'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'HOWDAH_STORE_CERTIFICATE_UNTRUSTED'],
    [{ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }, 'HOWDAH_STORE_CERTIFICATE_UNTRUSTED'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'HOWDAH_STORE_CERTIFICATE_UNTRUSTED'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'HOWDAH_STORE_CERTIFICATE_UNTRUSTED'],
    [{ status: 403, code: 'SignatureDoesNotMatch' }, 'HOWDAH_STORE_CREDENTIALS_REFUSED'],
    [{ status: 403, code: 'AuthenticationFailed' }, 'HOWDAH_STORE_CREDENTIALS_REFUSED'],
    [{ status: 401 }, 'HOWDAH_STORE_CREDENTIALS_REFUSED'],
    [{ status: 403, code: 'AccessDenied' }, 'HOWDAH_STORE_FORBIDDEN'],
    [{ status: 404, code: 'NoSuchBucket' }, 'HOWDAH_STORE_CONTAINER_MISSING'],
    [{ status: 404, code: 'ContainerNotFound' }, 'HOWDAH_STORE_CONTAINER_MISSING'],
    [{ status: 400, code: 'BadDigest' }, 'HOWDAH_STORE_DIGEST_MISMATCH'],
    [{ status: 503, code: 'SlowDown' }, 'HOWDAH_STORE_BUSY'],
    [{ status: 429 }, 'HOWDAH_STORE_BUSY'],
    [{ status: 409, code: 'ConditionalRequestConflict' }, 'HOWDAH_STORE_BUSY'],
    [{ status: 400, code: 'InvalidRequest' }, 'HOWDAH_STORE_REFUSED'],
    [{ status: 405 }, 'HOWDAH_STORE_REFUSED'],
    [{ code: 'ENOSPC' }, 'HOWDAH_STORE_FULL'],
    [{ code: 'EROFS' }, 'HOWDAH_STORE_FORBIDDEN'],
  ])('that shows %o is %s', (signs, code) => expect(kindOfFailure(signs).code).toBe(code));

  it('is worth another try, save when the store will never take it', () => {
    expect(kindOfFailure({ status: 503 }).retry).toBe('backoff');
    expect(kindOfFailure({ status: 405 }).retry).toBe('never');
  });

  it('tells what the store said and keeps the original', () => {
    const cause = new Error('original');
    const error = storeFailure('cannot read a/b', { status: 403, code: 'AccessDenied' }, cause);
    expect(error).toBeInstanceOf(HowdahError);
    expect(error.message).toBe('cannot read a/b (403 AccessDenied)');
    expect(error.cause).toBe(cause);
  });
});
