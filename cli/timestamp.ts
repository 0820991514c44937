/** `2026-03-01 09:30:00`, of an instant in UTC. */
export const timestamp = (instant: string): string =>
  new Date(instant).toISOString().slice(0, 19).replace('T', ' ');
