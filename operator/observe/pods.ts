import { HowdahError } from '@howdah/core/errors';
import type { KubeObject } from '@howdah/kube/object';
import * as z from 'zod';
import { tlsVolume } from '../desire/volumes.ts';
import { operatorErrors } from '../errors.ts';

const ended = z.object({
  exitCode: z.int(),
  reason: z.string().optional(),
  message: z.string().optional(),
});

const containerState = z.object({
  name: z.string(),
  image: z.string().optional(),
  ready: z.boolean().default(false),
  restartCount: z.int().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      running: z.object({ startedAt: z.string().optional() }).optional(),
      terminated: ended.optional(),
    })
    .default({}),
  /** How it ended before it was started again. */
  lastState: z.object({ terminated: ended.optional() }).default({}),
});

const container = z.object({ name: z.string(), image: z.string() });

const pod = z.object({
  metadata: z.object({
    name: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    initContainers: z.array(container).default([]),
    containers: z.array(container),
    volumes: z
      .array(z.object({ name: z.string(), secret: z.object({ secretName: z.string() }).optional() }))
      .default([]),
  }),
  status: z.object({
    phase: z.string().optional(),
    podIP: z.string().optional(),
    conditions: z
      .array(z.object({ type: z.string(), status: z.string(), message: z.string().optional() }))
      .default([]),
    initContainerStatuses: z.array(containerState).default([]),
    containerStatuses: z.array(containerState).default([]),
  }),
});

/** A member's pod as the kubelet tells of it. */
export interface MemberPod {
  readonly name: string;
  readonly uid: string;
  /** The end of its name, by which the StatefulSet counts. */
  readonly ordinal: number;
  readonly address: string | undefined;
  readonly ready: boolean;
  readonly ending: boolean;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the agents’ container, as the spec of the pod has it now. */
  readonly agentImage: string | undefined;
  /** The Secret with the certificate that it serves; absent where it speaks no TLS. */
  readonly tlsSecret: string | undefined;
  /** When that container was started; absent while it does not run. */
  readonly agentsStartedAt: string | undefined;
  /** Why it is not ready, in the kubelet’s words. */
  readonly trouble: string | undefined;
}

/** @throws HowdahError for what is no pod. */
export const memberPod = (object: KubeObject): MemberPod => {
  const parsed = pod.safeParse(object);
  if (!parsed.success)
    throw new HowdahError(
      operatorErrors.unexpectedObject,
      `pod ${object.metadata.name}: ${z.prettifyError(parsed.error)}`,
    );
  const { metadata, spec, status } = parsed.data;
  const condition = (type: string) => status.conditions.find((each) => each.type === type);
  return {
    name: metadata.name,
    uid: metadata.uid,
    ordinal: Number(/-(\d+)$/.exec(metadata.name)?.[1] ?? Number.NaN),
    address: status.podIP,
    ready: condition('Ready')?.status === 'True',
    ending: metadata.deletionTimestamp !== undefined,
    annotations: metadata.annotations,
    agentImage: spec.initContainers.find(({ name }) => name === 'howdah')?.image,
    tlsSecret: spec.volumes.find(({ name }) => name === tlsVolume)?.secret?.secretName,
    agentsStartedAt: status.initContainerStatuses.find(({ name }) => name === 'howdah')?.state.running
      ?.startedAt,
    trouble: troubleOf(status),
  };
};

/** A container says by it that only a person can help: sysexits(3). Started again, it will say the same. */
const configurationExit = 78;
const startsAnyway = ['PodInitializing', 'ContainerCreating'];
const imageReasons = ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'];

const endedWords = ({ exitCode, message, reason }: z.infer<typeof ended>): string =>
  `ended with ${exitCode}: ${(message ?? reason ?? '').trim()}`;

const containerTrouble = ({
  ready,
  state: { waiting, terminated },
  lastState,
}: z.infer<typeof containerState>): string | undefined => {
  const last = terminated ?? lastState.terminated;
  const inVain = !ready && last?.exitCode === configurationExit;
  if (last !== undefined && (inVain || waiting?.reason === 'CrashLoopBackOff')) return endedWords(last);
  if (waiting?.reason !== undefined && !startsAnyway.includes(waiting.reason)) {
    const words = [waiting.reason, waiting.message].filter(Boolean).join(': ');
    return imageReasons.includes(waiting.reason)
      ? `${words}; name an image that the nodes have or may pull`
      : words;
  }
  return terminated === undefined || terminated.exitCode === 0 ? undefined : endedWords(terminated);
};

const troubleOf = (status: z.infer<typeof pod>['status']): string | undefined => {
  for (const container of [...status.initContainerStatuses, ...status.containerStatuses]) {
    const trouble = containerTrouble(container);
    if (trouble !== undefined) return `container ${container.name}: ${trouble}`;
  }
  const scheduled = status.conditions.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' ? `not scheduled: ${scheduled.message ?? ''}` : undefined;
};
