import { join } from 'node:path';
import { type StateFile, stateFile } from '@howdah/runtime/state-file';
import { instant } from '@howdah/status/common';
import * as z from 'zod';

/** The sources that are in force, confirmed by the server: what a bad file falls back to. */
const lastGood = z.object({
  format: z.literal(1),
  /** Of the sources; the server shows the same as `howdah.applied`. */
  digest: z.string(),
  appliedAt: instant,
  /** Texts of the mounted files; one that was never mounted is absent. */
  sources: z.object({
    'postgresql.conf': z.string().optional(),
    'pg_hba.conf': z.string().optional(),
    'pgaudit.conf': z.string().optional(),
  }),
  /** sha256 of the applied files, to notice a change by hand. */
  confDigest: z.string().optional(),
  hbaDigest: z.string().optional(),
  /** Names that these files have put into Patroni's cluster-wide configuration. */
  patroniNames: z.array(z.string()),
  /** Whether the cluster-wide configuration was seen with this version's values; what differs later is drift. */
  patroniSettled: z.boolean(),
});
export type LastGood = z.infer<typeof lastGood>;

/** Since when each difference has been seen: key to instant. */
const since = z.object({ format: z.literal(1), since: z.record(z.string(), instant) });

/** What outlives the process, in the agent's folder of the state directory; docs/formats/config-reload.md. */
export interface Memory {
  readonly lastGood: StateFile<LastGood>;
  readonly since: StateFile<z.infer<typeof since>>;
}

export const createMemory = (stateDir: string): Memory => ({
  lastGood: stateFile(join(stateDir, 'last-good.json'), lastGood),
  since: stateFile(join(stateDir, 'since.json'), since),
});
