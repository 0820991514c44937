import * as z from 'zod';

const meta = z.object({
  name: z.string(),
  uid: z.string(),
  annotations: z.record(z.string(), z.string()).default({}),
});
const storage = z.object({ storage: z.string() });

/** What is used of a PersistentVolumeClaim. */
export const claim = z.object({
  metadata: meta.extend({ namespace: z.string() }),
  spec: z.object({
    storageClassName: z.string().optional(),
    accessModes: z.array(z.string()).default([]),
    volumeName: z.string().optional(),
    resources: z.object({ requests: storage }),
  }),
  status: z.object({ phase: z.string().optional(), capacity: storage.optional() }).default({}),
});
export type Claim = z.infer<typeof claim>;

/** What is used of a PersistentVolume. */
export const volume = z.object({
  metadata: meta,
  spec: z.object({ storageClassName: z.string().optional(), persistentVolumeReclaimPolicy: z.string() }),
  status: z.object({ phase: z.string().optional() }).default({}),
});
export type Volume = z.infer<typeof volume>;

export const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item) });
