import * as z from 'zod';
import { partNames } from '../part-names.ts';

/** What another process may ask of the running node: one verb on one part. */
export const order = z.object({
  verb: z.enum(['start', 'stop', 'kill', 'freeze', 'thaw']),
  part: z.enum(partNames),
});
export type Order = z.infer<typeof order>;
