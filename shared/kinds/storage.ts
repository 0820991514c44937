import * as z from 'zod';
import { objectName, quantity, rules } from './parts.ts';

const cannotShrink = rules({
  rule: 'quantity(self.size).compareTo(quantity(oldSelf.size)) >= 0',
  message: 'a volume can grow, not shrink',
});

const volume = (description: string) =>
  z
    .strictObject({
      size: quantity().describe('Size of the volume; it can grow later.'),
      storageClassName: objectName()
        .optional()
        .meta(rules({ rule: 'self == oldSelf', message: 'cannot change once the volume is there' }))
        .describe('Storage class; the default one of Kubernetes when absent.'),
    })
    .meta(cannotShrink)
    .describe(description);

/** The volumes of each member; all of them survive its pod. */
export const storage = z
  .strictObject({
    data: volume('Data directory, and the state of the agents.'),
    wal: volume('WAL on a volume of its own.').optional(),
    logs: volume('Log files of PostgreSQL; in the data volume when absent.').optional(),
  })
  .meta(
    rules({
      rule: 'has(self.wal) == has(oldSelf.wal) && has(self.logs) == has(oldSelf.logs)',
      message: 'volumes can neither be added nor taken away: make a new cluster from the backup',
    }),
  )
  .describe('Volumes of each member.');
export type Storage = z.infer<typeof storage>;
