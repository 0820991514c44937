const linesEach = 25;

/**
 * Of `kubectl logs --prefix` the last lines of each container that are its own: PostgreSQL's records, which logship
 * writes between its words to stdout, would leave no room for them.
 */
export const ownWords = (logs: string): string => {
  const byContainer = Map.groupBy(
    logs.split('\n').filter((line) => line !== '' && !line.includes('"log_file":')),
    (line) => line.split(' ', 1)[0],
  );
  return [...byContainer.values()].flatMap((lines) => lines.slice(-linesEach)).join('\n');
};
