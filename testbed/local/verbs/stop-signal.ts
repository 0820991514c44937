/** Aborts when we are asked to end; a second time ends us at once, and the next start clears away. */
export const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(1);
      stop.abort(new Error(`asked to end (${name})`));
    });
  }
  return stop.signal;
};
