import type { KubeObject } from '@howdah/kube/object';

type Values = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What kubectl was given when it last applied an object; empty where it did not. */
export const lastApplied = (live: KubeObject | undefined): Values => {
  const text = live?.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'];
  if (text === undefined) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
};

/** kubectl itself always says something of the annotations: those that others wrote stay. */
export const patchOf = (live: KubeObject | undefined, manifest: KubeObject): Values =>
  mergePatchFor(lastApplied(live), {
    ...manifest,
    metadata: { ...manifest.metadata, annotations: manifest.metadata.annotations ?? {} },
  });

/**
 * The patch (RFC 7386) by which kubectl applies an object of a custom kind: everything that the manifest says, and
 * null for what it said the last time and says no more.
 */
export const mergePatchFor = (before: Values, manifest: Values): Values => ({
  ...Object.fromEntries(
    Object.keys(before)
      .filter((key) => manifest[key] === undefined)
      .map((key) => [key, null]),
  ),
  ...Object.fromEntries(
    Object.entries(manifest).map(([key, value]) => {
      const earlier = before[key];
      return [key, isRecord(value) ? mergePatchFor(isRecord(earlier) ? earlier : {}, value) : value];
    }),
  ),
});
