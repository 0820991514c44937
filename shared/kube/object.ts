import * as z from 'zod';

const ownerReference = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  name: z.string(),
  uid: z.string(),
  controller: z.boolean().optional(),
  blockOwnerDeletion: z.boolean().optional(),
});

const metadata = z.looseObject({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string().optional(),
  resourceVersion: z.string().optional(),
  generation: z.int().optional(),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
  finalizers: z.array(z.string()).optional(),
  ownerReferences: z.array(ownerReference).optional(),
});

/** What all objects have; the rest is for whoever knows the kind. */
export const kubeObject = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata });
export type KubeObject = z.infer<typeof kubeObject>;
export type OwnerReference = z.infer<typeof ownerReference>;

/** An item of a list has neither `apiVersion` nor `kind`: the list has them once. */
export const kubeList = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.looseObject({ metadata })),
});

/** How the API server tells a failure: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export const failureStatus = z.object({
  kind: z.literal('Status'),
  message: z.string().optional(),
  reason: z.string().optional(),
  code: z.int().optional(),
  details: z.object({ retryAfterSeconds: z.int().optional() }).optional(),
});

/** One line of a watch. */
export const watchEvent = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED']), object: kubeObject }),
  z.object({
    type: z.literal('BOOKMARK'),
    object: z.object({ metadata: z.object({ resourceVersion: z.string() }) }),
  }),
  z.object({ type: z.literal('ERROR'), object: failureStatus }),
]);
export type WatchEvent = z.infer<typeof watchEvent>;
