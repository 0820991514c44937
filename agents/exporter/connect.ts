import type { Session } from '@howdah/postgres/connect';

/** The exporter's one connection, opened when it is needed and kept from cycle to cycle. */
export interface Connection {
  /** The live session, a new one if the last has ended. @throws HowdahError when there is none to be had. */
  session(signal: AbortSignal): Promise<Session>;
  /** 0 or 1: what is open now. */
  open(): number;
  close(): Promise<void>;
}

export const createConnection = (open: (signal: AbortSignal) => Promise<Session>): Connection => {
  let current: Session | undefined;
  return {
    session: async (signal) => {
      if (current?.alive !== true) current = await open(signal);
      return current;
    },
    open: () => (current?.alive === true ? 1 : 0),
    close: async () => {
      await current?.close();
      current = undefined;
    },
  };
};
