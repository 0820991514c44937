/** Sequence numbers sort as text. */
const sequenceDigits = 10;

export const sequenceText = (sequence: number): string => String(sequence).padStart(sequenceDigits, '0');

/**
 * A name for a chain that nobody else has: the member, when it began, and something random. Characters that
 * mean something in a path or URL become `_`.
 *
 * @example pg-0-20260301T010203Z-5f3a9c
 */
export const chainName = (member: string, startedAt: Date, random: string): string => {
  const safe = member.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_') || '_';
  const time = startedAt.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${safe.slice(0, 128)}-${time}-${random}`;
};

/** `<prefix>/<chain>/` */
export const chainPrefix = (prefix: string, chain: string): string => `${prefix}/${chain}/`;

/**
 * The place of a manifest follows from its number alone: stores that cannot list can be walked, and two
 * writers of one chain meet at one key, where the second is refused.
 */
export const manifestKey = (prefix: string, chain: string, sequence: number): string =>
  `${chainPrefix(prefix, chain)}${sequenceText(sequence)}.manifest.json`;

const manifestName = /^(\d{10,})\.manifest\.json$/;

/** The number of the manifest at `key`; undefined when that is no manifest of this chain. */
export const sequenceOfKey = (prefix: string, chain: string, key: string): number | undefined => {
  const start = chainPrefix(prefix, chain);
  const match = key.startsWith(start) ? manifestName.exec(key.slice(start.length)) : null;
  return match === null ? undefined : Number(match[1]);
};

/** Segments lie by day, so that a retention rule of the store or a person finds them. */
export const segmentKey = (
  prefix: string,
  chain: string,
  sequence: number,
  sealedAt: Date,
  sha256: string,
): string => {
  const day = sealedAt.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${chainPrefix(prefix, chain)}${day}/${sequenceText(sequence)}-${sha256.slice(0, 12)}.jsonl.gz`;
};
