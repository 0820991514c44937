import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto';

/** PostgreSQL's own number of rounds; https://www.postgresql.org/docs/current/auth-password.html */
const iterations = 4_096;

const keysOf = (password: string, salt: Buffer, rounds: number) => {
  // RFC 5803; SASLprep leaves what we generate as it is, and PostgreSQL takes what it cannot prepare as it is.
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  return {
    stored: createHash('sha256').update(hmac('Client Key')).digest('base64'),
    server: hmac('Server Key').toString('base64'),
  };
};

/**
 * What PostgreSQL keeps of a password (pg_authid.rolpassword). Given instead of the password it is taken as it
 * is, so that no password ever stands in a statement, and so in no log.
 */
export const scramVerifier = (password: string, salt: Buffer = randomBytes(16)): string => {
  const { stored, server } = keysOf(password, salt, iterations);
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
};

/** Whether `verifier` was made of `password`. */
export const isVerifierOf = (verifier: string, password: string): boolean => {
  const [, rounds, salt, stored] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):/.exec(verifier) ?? [];
  if (rounds === undefined || salt === undefined || stored === undefined) return false;
  const expected = Buffer.from(keysOf(password, Buffer.from(salt, 'base64'), Number(rounds)).stored);
  const found = Buffer.from(stored);
  return expected.length === found.length && timingSafeEqual(expected, found);
};
