import type { IncomingMessage } from 'node:http';
import { HowdahError } from '@howdah/core/errors';
import { readBounded } from '@howdah/core/read-bounded';
import { kubeErrors } from './errors.ts';
import { failureStatus } from './object.ts';

/** A list of a thousand pods has some ten megabytes; what is longer is asked in pieces. */
const largestAnswerBytes = 64 * 1024 * 1024;

/** The body of an answer, which must be JSON. */
export const readJson = async (answer: IncomingMessage): Promise<unknown> => {
  const text = await readBounded(
    answer,
    largestAnswerBytes,
    (message) => new HowdahError(kubeErrors.unexpectedAnswer, message),
  );
  try {
    return JSON.parse(text);
  } catch (cause) {
    const words = text.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
    // Of a group that it does not serve the API server says so as plain text.
    if (answer.statusCode === 404) throw new HowdahError(kubeErrors.absent, words);
    throw new HowdahError(kubeErrors.unexpectedAnswer, `${answer.statusCode} and no JSON: ${words}`, {
      cause,
    });
  }
};

const kindOf = (code: number) => {
  if (code === 401 || code === 403) return kubeErrors.forbidden;
  if (code === 404) return kubeErrors.absent;
  if (code === 409) return kubeErrors.conflict;
  if (code === 410) return kubeErrors.expired;
  if (code === 400 || code === 422) return kubeErrors.invalid;
  return kubeErrors.busy;
};

/** The API server's own words about a failure, with how long it wants to be left alone. */
export const failureOf = (what: string, code: number, body: unknown): HowdahError => {
  const status = failureStatus.safeParse(body).data;
  const retryAfterSeconds = status?.details?.retryAfterSeconds;
  return new HowdahError(kindOf(code), `${what}: ${status?.message ?? `answered with ${code}`}`, {
    details: { statusCode: code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
  });
};

/** What goes wrong before there is an answer: the network, TLS, a deadline. */
export const brokenOff = (what: string, cause: unknown): HowdahError =>
  new HowdahError(kubeErrors.unreachable, `${what}: the API server did not answer`, { cause });
