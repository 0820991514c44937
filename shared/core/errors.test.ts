import { describe, expect, it } from 'vitest';
import { describeError, type ErrorKind, HowdahError, isAbortError, retryClassOf } from './errors.ts';

const kind: ErrorKind = { code: 'HOWDAH_TEST', meaning: 'm', remedy: 'r', retry: 'never' };

describe('describeError', () => {
  it('joins the message with those of its causes', () => {
    const error = new HowdahError(kind, 'cannot upload', { cause: new Error('connection refused') });
    expect(describeError(error)).toBe('cannot upload: connection refused');
  });

  it('does not repeat a cause that the message already quotes', () => {
    const error = new Error('cannot upload: refused', { cause: new Error('refused') });
    expect(describeError(error)).toBe('cannot upload: refused');
  });

  it('names every address of a failed connect', () => {
    const error = new AggregateError([new Error('::1 refused'), new Error('127.0.0.1 refused')]);
    expect(describeError(error)).toBe('::1 refused, 127.0.0.1 refused');
  });

  it('ends on an error that is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(describeError(error)).toBe('loop');
  });
});

describe('retryClassOf', () => {
  it('is what the adapter decided', () => expect(retryClassOf(new HowdahError(kind, 'x'))).toBe('never'));
  it('is backoff for what nobody classified', () => expect(retryClassOf(new TypeError('x'))).toBe('backoff'));
});

describe('isAbortError', () => {
  it('knows the rejection of an aborted signal', () => {
    const controller = new AbortController();
    controller.abort();
    expect(isAbortError(controller.signal.reason)).toBe(true);
    expect(isAbortError(new Error('other'))).toBe(false);
  });
});
