const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOfRecords = (value: unknown): boolean => Array.isArray(value) && value.every(isRecord);

/**
 * Whether a configuration can be compared within itself, its ids with each other. zod would do so only where nothing
 * else is wrong, and whoever mends a file wants to hear of everything at once.
 */
export const hasItsShape = ({ value }: { readonly value: unknown }): boolean =>
  isRecord(value) &&
  isRecord(value.role) &&
  ['repositories', 'requests', 'schedules'].every((key) => isListOfRecords(value[key]));
