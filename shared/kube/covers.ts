import type { KubeObject } from './object.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Maps that are all ours: a key that somebody adds by hand does not belong there. */
const whole = new Set(['data', 'matchLabels', 'selector']);

/**
 * Whether everything that is wanted is there. The API server adds defaults of its own, so that more than what is
 * wanted is no difference, except where a map is ours alone. A value that it writes in another way, `0.1` cores as
 * `100m`, is a difference here: applying it once more changes nothing, and {@link Settler} remembers that.
 */
export const covers = (live: unknown, wanted: unknown, key = ''): boolean => {
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) &&
      live.length === wanted.length &&
      wanted.every((item, index) => covers(live[index], item))
    );
  if (isRecord(wanted)) {
    if (!isRecord(live)) return Object.keys(wanted).length === 0 && live === undefined;
    if (whole.has(key) && Object.keys(live).length !== Object.keys(wanted).length) return false;
    return Object.entries(wanted).every(([name, value]) => covers(live[name], value, name));
  }
  // To Patroni null says that a key is not there.
  return live === wanted || (wanted === null && live === undefined);
};

/** What an object wants to be, without what only the API server writes. */
export const isAsWanted = (live: KubeObject | undefined, wanted: KubeObject): boolean =>
  live !== undefined && live.metadata.deletionTimestamp === undefined && covers(live, wanted);
