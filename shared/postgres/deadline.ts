/**
 * Waits for `work`, but neither past `ms` nor past the signal: then calls `giveUp`, which must free what
 * `work` holds, and rejects with the error it returns (the signal's reason on abort).
 */
export const withDeadline = async <Value>(
  work: Promise<Value>,
  ms: number,
  signal: AbortSignal,
  giveUp: (why: 'deadline' | 'aborted') => Error,
): Promise<Value> => {
  let stopWaiting = () => {};
  const end = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(giveUp('deadline')), ms);
    const onAbort = () => {
      giveUp('aborted');
      reject(signal.reason);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    stopWaiting = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  // What was given up rejects later, when its socket is gone; that says nothing new.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, end]);
  } finally {
    stopWaiting();
  }
};
