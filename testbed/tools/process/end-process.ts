import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './proc.ts';

/** Signals the process group that `identity` leads, if exactly that process still runs. */
export const signalGroup = (identity: ProcessIdentity, signal: NodeJS.Signals): void => {
  if (!isAlive(identity)) return;
  try {
    process.kill(-identity.pid, signal);
  } catch {
    // Not a leader of a group (a postmaster found by its pid file), or gone since the line above.
    try {
      process.kill(identity.pid, signal);
    } catch {
      return;
    }
  }
};

/** True when the process is gone within `deadlineMs`. */
export const goneWithin = async (identity: ProcessIdentity, deadlineMs: number): Promise<boolean> => {
  const deadline = performance.now() + deadlineMs;
  while (isAlive(identity)) {
    if (performance.now() > deadline) return false;
    await delay(25);
  }
  return true;
};

/** Asks with `signal`, waits, then kills. Returns once the process is gone. */
export const endProcess = async (
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  deadlineMs: number,
): Promise<void> => {
  signalGroup(identity, signal);
  if (await goneWithin(identity, deadlineMs)) return;
  signalGroup(identity, 'SIGKILL');
  await goneWithin(identity, 5_000);
};
