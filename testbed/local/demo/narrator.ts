/** Says one line, with the seconds since the beginning before it. */
export type Tell = (line: string) => void;

/** e.g. ` 12.3 s  pg-1 is primary` */
export const formatLine = (elapsedMs: number, line: string): string =>
  `${(elapsedMs / 1000).toFixed(1).padStart(6)} s  ${line}`;

/** Tells on stdout, counting from now. */
export const startNarrator = (): Tell => {
  const begin = performance.now();
  return (line) => process.stdout.write(`${formatLine(performance.now() - begin, line)}\n`);
};

/** `pg-0, pg-1 and pg-2` */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** `5.8 MB`, as people say it. */
export const sizeInWords = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
};
