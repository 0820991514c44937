import { type ErrorKind, HowdahError } from '@howdah/core/errors';
import { postgresErrors as kinds } from './errors.ts';

/** https://www.postgresql.org/docs/current/errcodes-appendix.html */
const kindBySqlState: Readonly<Record<string, ErrorKind>> = {
  '28000': kinds.loginRefused,
  '28P01': kinds.loginRefused,
  '3D000': kinds.databaseMissing,
  '42501': kinds.permissionDenied,
  '53300': kinds.tooManyConnections,
  '55P03': kinds.lockTimeout,
  '57014': kinds.statementTimeout,
  '57P01': kinds.sessionLost,
  '57P02': kinds.sessionLost,
  '57P03': kinds.notAccepting,
  '57P04': kinds.sessionLost,
  '57P05': kinds.sessionLost,
  '25P03': kinds.sessionLost,
};

/** The first two characters of an SQLSTATE, where all of a class mean the same to us. */
const kindByClass: Readonly<Record<string, ErrorKind>> = {
  '08': kinds.sessionLost,
  '40': kinds.transient,
  '53': kinds.transient,
  '58': kinds.transient,
};

const kindBySystemCode: Readonly<Record<string, ErrorKind>> = {
  ECONNREFUSED: kinds.unreachable,
  ENOENT: kinds.unreachable,
  EACCES: kinds.unreachable,
  ENOTFOUND: kinds.unreachable,
  EAI_AGAIN: kinds.unreachable,
  EHOSTUNREACH: kinds.unreachable,
  ENETUNREACH: kinds.unreachable,
  ETIMEDOUT: kinds.unreachable,
  ECONNRESET: kinds.sessionLost,
  EPIPE: kinds.sessionLost,
};

/** The kind of a failure that `pg` or its socket reported. */
export const kindOf = (error: unknown): ErrorKind => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string') return kinds.sessionLost; // pg's own words: "Connection terminated …"
  const system = kindBySystemCode[code];
  if (system !== undefined) return system;
  if (!/^[0-9A-Z]{5}$/.test(code)) return kinds.sessionLost;
  return kindBySqlState[code] ?? kindByClass[code.slice(0, 2)] ?? kinds.statementFailed;
};

/** `error` as a HowdahError that says `what` was tried; one that already is, is passed through. */
export const classified = (error: unknown, what: string): HowdahError => {
  if (error instanceof HowdahError) return error;
  const sqlState = error instanceof Error && 'code' in error ? error.code : undefined;
  return new HowdahError(kindOf(error), what, {
    cause: error,
    details: sqlState === undefined ? {} : { code: sqlState },
  });
};
