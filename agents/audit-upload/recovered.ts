import type { Backlog } from './backlog.ts';
import type { ChainDirectory } from './chain-directory.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Ledger } from './ledger.ts';

export interface RecoverOptions {
  readonly stateDir: string;
  /** A name for a chain that begins now. */
  readonly newChain: () => string;
  /** Store and prefix, in words. */
  readonly destination: string;
  readonly prefix: string;
}

/** Everything that survived the last stop, put in order. */
export interface Recovered {
  readonly checkpoint: Checkpoint;
  readonly directory: ChainDirectory;
  readonly ledger: Ledger;
  readonly backlog: Backlog;
  /** Chains that hold segments and that the checkpoint does not know; nothing touches them. */
  readonly otherChains: readonly string[];
}
