/**
 * A position in the write-ahead log, as a 64-bit byte offset.
 * PostgreSQL writes it as two hexadecimal halves, `16/B374D848` (type pg_lsn).
 */
export type Lsn = bigint;

const pattern = /^([0-9A-Fa-f]{1,8})\/([0-9A-Fa-f]{1,8})$/;

/** Undefined when `text` is no pg_lsn. */
export const parseLsn = (text: string): Lsn | undefined => {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
};

export const formatLsn = (lsn: Lsn): string =>
  `${(lsn >> 32n).toString(16).toUpperCase()}/${(lsn & 0xffff_ffffn).toString(16).toUpperCase()}`;

/** Bytes of WAL between two positions; negative when `from` is ahead. Exact up to 2^53. */
export const lsnDistanceBytes = (from: Lsn, to: Lsn): number => Number(to - from);
