import * as z from 'zod';

const containerStatus = z.object({
  name: z.string(),
  containerID: z.string().optional(),
  restartCount: z.int(),
  ready: z.boolean(),
  lastState: z
    .object({
      terminated: z
        .object({ exitCode: z.int(), reason: z.string().optional(), message: z.string().optional() })
        .optional(),
    })
    .default({}),
});

const podList = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        uid: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        deletionTimestamp: z.string().optional(),
      }),
      status: z.object({
        podIP: z.string().optional(),
        containerStatuses: z.array(containerStatus).default([]),
        initContainerStatuses: z.array(containerStatus).default([]),
      }),
    }),
  ),
});

/** A member's pod as Kubernetes has it now. */
export interface Pod {
  readonly name: string;
  /** Another one after each deletion. */
  readonly uid: string;
  readonly address: string;
  /** Patroni's label. */
  readonly role: string | undefined;
  readonly ending: boolean;
  /** Native sidecars among them. */
  readonly containers: Readonly<Record<string, z.infer<typeof containerStatus>>>;
}

/** What `kubectl get pods -o json` prints. Pods without an address are left out. */
export const parsePods = (json: string): readonly Pod[] =>
  podList.parse(JSON.parse(json)).items.flatMap(({ metadata, status }) =>
    status.podIP === undefined
      ? []
      : [
          {
            name: metadata.name,
            uid: metadata.uid,
            address: status.podIP,
            role: metadata.labels.role,
            ending: metadata.deletionTimestamp !== undefined,
            containers: Object.fromEntries(
              [...status.initContainerStatuses, ...status.containerStatuses].map((one) => [one.name, one]),
            ),
          },
        ],
  );
