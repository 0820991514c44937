/** Names of keys and parameters whose values may carry a password or a key. */
const secretKey =
  /passw|passphrase|secret|token|conninfo|credential|api_?key|account_?key|encryption_?key|authorization/i;
/** Those that only name where it is. */
const placeOfSecret = /(File|Secret|secretName|secretRef)$/;

/** `user:password@` of an address. */
const inUrl = /\/\/[^@"'\s]*@/g;
/** `ldapbindpasswd=…`, `radiussecrets="…"` of pg_hba.conf, `password=…` of a connection string. */
const inLine = /((?:passw|secret)\w*\s*=\s*)("[^"]*"|'[^']*'|\S+)/gi;

const longest = 160;

/** Whether a value under this key is told at all. */
export const isShown = (key: string): boolean => !secretKey.test(key) || placeOfSecret.test(key);

/** A value in one line, cut where it is long, without the passwords that addresses and options may carry. */
export const shown = (value: unknown): string => {
  const whole = typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
  const text = whole.replaceAll(/\s+/g, ' ').replace(inUrl, '//[redacted]@').replace(inLine, '$1[redacted]');
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
};
