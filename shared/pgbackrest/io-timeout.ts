/**
 * How long each of pgBackRest's own attempts may take, so that it ends before the deadline and says itself which
 * repository does not answer, and why: with a store that refuses connections it needs four to five of them. Whole
 * seconds, since 2.55 takes no others.
 */
export const ioTimeout = (timeoutMs: number): string =>
  `--io-timeout=${Math.max(1, Math.floor(timeoutMs / 8_000))}`;
