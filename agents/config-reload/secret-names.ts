/** Settings whose values may carry a password or a key, by their names; custom ones of extensions, too. */
const secretName = /passw|passphrase|secret|token|conninfo|credential|api_?key|encryption_?key/i;

/** A value as it may be told: `/status`, logs and messages never hold a secret. */
export const shownValue = (name: string, value: string): string =>
  secretName.test(name) && value !== '' ? '[redacted]' : value;
